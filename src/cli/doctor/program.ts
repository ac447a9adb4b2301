import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Config } from '../../config/config';
import { log } from '../../diag/log';
import { findCommand } from '../find-command';
import { forwardSignals } from '../signals';
import { type Finding, note, ok, problem, type Section } from './finding';
import { collectReports, type ThreadReport } from './reports';

/**
 * Runs a program under the agent, to its end, and says what was patched, recorded and exported. Signals go to the program; after Ctrl-C comes the
 * report.
 * @param isQuiet - what it prints goes to standard error, so that standard output holds the report alone
 */
export async function examineProgram(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  config: Config,
  isQuiet: boolean,
): Promise<{ section: Section; reports: readonly ThreadReport[] }> {
  const title = `Program: ${command.join(' ')}`;
  const [name = '', ...args] = command;
  const found = process.platform === 'win32' ? { path: name } : findCommand(name, env.PATH);
  if ('exitCode' in found)
    return { section: { title, findings: [problem(`${name}: ${found.reason}`)] }, reports: [] };

  const { reports, result } = await collectReports(env, async (variables) => {
    const child = spawn(found.path, args, {
      argv0: name,
      env: variables,
      stdio: ['inherit', isQuiet ? 2 : 'inherit', 'inherit'],
    });
    const stopForwarding = forwardSignals((signal) => child.kill(signal));
    child.on('error', ({ message }) => log.error(`${name}: ${message}`));
    const [code, signal] = (await once(child, 'close').catch(() => [126, null])) as [number, string | null];
    stopForwarding();
    return signal === null ? `exit code ${code}` : `signal ${signal}`;
  });
  if (reports.length === 0) {
    const advice =
      'None of its processes is Node.js, or only tools such as npm, or it was killed: by SIGKILL nothing can be reported.';
    return { section: { title, findings: [problem(`it left no report (${result})`, advice)] }, reports };
  }
  return {
    section: { title, findings: [endOf(reports, result), ...describe(reports, config)] },
    reports,
  };
}

/** What ends otherwise may be meant to. */
function endOf(reports: readonly ThreadReport[], result: string): Finding {
  const processes = new Set(reports.map(({ pid }) => pid)).size;
  const workers = reports.filter(({ threadId }) => threadId > 0).length;
  const parts = [
    ...(processes > 1 ? [`${processes} processes`] : []),
    ...(workers > 0 ? [`${workers} worker thread${workers === 1 ? '' : 's'}`] : []),
  ];
  const text = [`it ended with ${result}`, ...parts].join(', ');
  return /^(exit code 0|signal SIG(INT|TERM))$/.test(result) ? ok(text) : note(text);
}

function describe(reports: readonly ThreadReport[], config: Config): Finding[] {
  return [
    ...patchFindings(reports),
    ...(config.traces.processors.length > 0 ? spanFindings(reports) : []),
    ...itemFindings(reports, 'metrics', 'metric points'),
    ...itemFindings(reports, 'logs', 'log records'),
    ...exporterFindings(reports),
    ...lateFindings(reports),
    ...messageFindings(reports),
  ];
}

/** One line a package, whatever number of its methods are patched. */
function patchFindings(reports: readonly ThreadReport[]): Finding[] {
  const patches = reports.flatMap((report) => report.patches);
  const packages = [...new Set(patches.map(({ module, version }) => `${module} ${version}`))].sort();
  return packages.map((each) => {
    const own = patches.filter(({ module, version }) => `${module} ${version}` === each);
    const problems = [...new Set(own.flatMap((patch) => patch.problem ?? []))];
    const methods = [
      ...new Set(own.filter((patch) => !patch.problem).map(({ method }) => method || 'its exports')),
    ];
    if (problems.length > 0) return problem(`${each} is not patched: ${problems.join('; ')}`);
    return ok(`${each} is patched: ${methods.join(', ')}`);
  });
}

function spanFindings(reports: readonly ThreadReport[]): Finding[] {
  const findings = itemFindings(reports, 'spans', 'spans');
  const sum = (key: keyof ThreadReport['sampling']) =>
    reports.reduce((total, { sampling }) => total + sampling[key], 0);
  const isSampledOut = sum('sampled') === 0 && sum('rootsNotSampled') > 0;
  const [remote, unsampled] = [sum('remoteParents'), sum('remoteParentsNotSampled')];
  if (unsampled > 0 && !isSampledOut) {
    const share = unsampled === remote ? 'all' : `${unsampled} of`;
    const text = `${share} ${remote} parents that came in were not sampled, so what they caused was not recorded`;
    const advice = 'OTEL_NODE_REMOTE_PARENT=link or ignore starts traces of its own.';
    findings.push(unsampled === remote ? problem(text, advice) : note(text, advice));
  }
  if (findings.some(({ status }) => status !== 'note') || total(reports, 'spans') > 0) return findings;
  const dropped = sum('notSampled');
  return [
    dropped > 0
      ? problem(`no spans: the sampler left out ${dropped}`, 'OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG')
      : problem('no spans: nothing that is instrumented was called', 'See the libraries above.'),
    ...findings,
  ];
}

function itemFindings(
  reports: readonly ThreadReport[],
  signal: keyof ThreadReport['counts'],
  items: string,
): Finding[] {
  const byScope = new Map<string, number>();
  for (const { counts } of reports)
    for (const [scope, count] of Object.entries(counts[signal]))
      byScope.set(scope, (byScope.get(scope) ?? 0) + count);
  if (byScope.size === 0) return [];
  const parts = [...byScope]
    .sort(([, a], [, b]) => b - a)
    .map(([scope, count]) => `${scope.replace('otel-instrument/', '')} ${count}`);
  return [ok(`${items}: ${total(reports, signal)} (${parts.join(', ')})`)];
}

function total(reports: readonly ThreadReport[], signal: keyof ThreadReport['counts']): number {
  return reports
    .flatMap(({ counts }) => Object.values(counts[signal]))
    .reduce((sum, count) => sum + count, 0);
}

/** What became of all that was given to an exporter, in all processes. */
function exporterFindings(reports: readonly ThreadReport[]): Finding[] {
  const byTarget = new Map<string, Record<string, number>>();
  for (const { items, endpoint, counters } of reports.flatMap(({ exporters }) => exporters)) {
    const target = `${items} to ${endpoint}`;
    const sums = byTarget.get(target) ?? {};
    for (const [fate, count] of Object.entries(counters)) sums[fate] = (sums[fate] ?? 0) + count;
    byTarget.set(target, sums);
  }
  return [...byTarget].map(([target, sums]) => {
    const fates = Object.entries(fateWords).filter(([fate]) => sums[fate]);
    const text = `${target}: ${fates.map(([fate, words]) => `${sums[fate]} ${words}`).join(', ') || 'nothing'}`;
    return sums.rejected || sums.dropped || sums.unknown ? problem(text) : ok(text);
  });
}

const fateWords: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  rejected: 'refused',
  unknown: 'without an answer',
  spooled: 'kept in files',
  dropped: 'dropped',
};

function lateFindings(reports: readonly ThreadReport[]): Finding[] {
  const names = [...new Set(reports.flatMap(({ lateVariables }) => lateVariables))];
  if (names.length === 0) return [];
  const advice = 'The settings had been read by then. Run with node --env-file=.env, or export them.';
  return [problem(`the program itself set ${names.join(', ')}, too late`, advice)];
}

/** What was said while it ran. */
function messageFindings(reports: readonly ThreadReport[]): Finding[] {
  return [...new Set(reports.flatMap(({ messages }) => messages))].map((message) => problem(message));
}
