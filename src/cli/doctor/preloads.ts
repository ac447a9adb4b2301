import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../package-root';
import type { Project } from '../project';
import { type Finding, note, ok, problem, type Section } from './finding';

/**
 * What is loaded before the program, by NODE_OPTIONS or by the scripts of package.json, and agents beside us.
 * @param hasCommand - a program is run here, under otel-instrument
 */
export function examinePreloads(
  nodeOptions: string | undefined,
  project: Project | undefined,
  hasCommand: boolean,
): Section {
  const findings = preloadsIn(splitOptions(nodeOptions ?? '')).flatMap(examinePreload);
  for (const [script, text] of Object.entries(project?.manifest.scripts ?? {}))
    findings.push(
      ...preloadsIn(text.split(/\s+/))
        .filter((preload) => agentOf(preload) !== undefined)
        .map((preload) => agentFinding(`the script "${script}"`, agentOf(preload)!)),
    );
  for (const { name, version, isDevelopment } of project?.dependencies ?? [])
    if (agents.has(name) && !isDevelopment && version !== undefined)
      findings.push(
        note(
          `${name} ${version} is a dependency`,
          'If the program starts it, spans are its own and not ours (OTEL_NODE_OWN_SDK).',
        ),
      );
  if (findings.length === 0) findings.push(ok('no other agent, and nothing else that is preloaded'));
  if (!hasCommand && !isStarted(nodeOptions, project)) {
    const start = `Run it by otel-instrument, or with NODE_OPTIONS='--require "${register}"'.`;
    findings.push(note('nothing here starts otel-instrument with the program', start));
  }
  return { title: 'Preloads and other agents', findings };
}

const register = join(packageRoot, 'register.js');

/** By NODE_OPTIONS, or by a script of the project; how else, cannot be seen from here. */
function isStarted(nodeOptions = '', project: Project | undefined): boolean {
  return (
    preloadsIn(splitOptions(nodeOptions)).some(isOurs) ||
    Object.values(project?.manifest.scripts ?? {}).some((script) => script.includes('otel-instrument'))
  );
}

/** Agents and SDKs: what they do would be done twice. */
const agents: ReadonlySet<string> = new Set([
  '@appsignal/nodejs',
  '@dynatrace/oneagent',
  '@elastic/opentelemetry-node',
  '@honeycombio/opentelemetry-node',
  '@instana/collector',
  '@opentelemetry/auto-instrumentations-node',
  '@opentelemetry/sdk-node',
  '@sentry/node',
  '@sentry/nextjs',
  '@splunk/otel',
  'appdynamics',
  'applicationinsights',
  'dd-trace',
  'elastic-apm-node',
  'newrelic',
  'solarwinds-apm',
]);

function examinePreload(preload: string): Finding[] {
  const where = 'NODE_OPTIONS';
  const agent = agentOf(preload);
  if (agent !== undefined) return [agentFinding(where, agent)];
  const path = preload.startsWith('file://') ? fileURLToPath(preload) : preload;
  if (isOurs(path)) return [ok(`${where} preloads ${path}`)];
  if (isAbsolute(path)) return [note(`${where} also preloads ${path}`)];
  const isRelative = /^\.\.?\//.test(path);
  const own = /(^|\/)otel-instrument(\/|$)/.test(path) ? register : undefined;
  const text = `${where} preloads ${path}, ${isRelative ? 'a relative path' : 'a bare name'}`;
  const advice = `Every Node.js process that starts in another folder dies of it; name the file absolutely${own ? `: --require ${own}` : ''}.`;
  return [own || isRelative ? problem(text, advice) : note(text, advice)];
}

function agentFinding(where: string, agent: string): Finding {
  return problem(
    `${where} preloads ${agent}, another agent`,
    'Of two agents one gives way, or every call is traced twice; keep one.',
  );
}

/** The agent that a path or a specifier belongs to. */
function agentOf(preload: string): string | undefined {
  const inside = preload.split('node_modules/').at(-1)!;
  return [...agents].find((agent) => inside === agent || inside.startsWith(`${agent}/`));
}

function isOurs(path: string): boolean {
  try {
    const found = realpathSync(path);
    return ['register.js', 'autoinstrumentation.js'].some((file) => found === join(packageRoot, file));
  } catch {
    return false;
  }
}

const preloadFlag = /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=(.*))?$/;

function preloadsIn(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const match = preloadFlag.exec(word);
    const value = match && (match[1] ?? words[index + 1]);
    return value ? [value] : [];
  });
}

/** At spaces, except in double quotes, where a backslash escapes (https://nodejs.org/api/cli.html#node_optionsoptions). */
function splitOptions(text: string): string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"/g, (_, inside: string) => inside.replace(/\\(.)/g, '$1')),
  );
}
