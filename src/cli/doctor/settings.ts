import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config';
import { complainAboutNames } from '../../config/enabled';
import { loadConfig } from '../../config/load';
import { libraries } from '../libraries';
import type { Project } from '../project';
import { type Finding, note, ok, problem, type Section } from './finding';

/**
 * What is wrong with the settings, and what they switch off.
 * @param env - with the variables of flags
 */
export function examineSettings(
  env: NodeJS.ProcessEnv,
  project: Project | undefined,
): { config: Config; section: Section } {
  const { config, complaints } = loadConfig(env, libraries);
  const names = libraries.map(({ name }) => name);
  const findings = [
    ...[...complaints, ...complainAboutNames(config.instrumentations, names)].map((line) => problem(line)),
    // A configuration file that is not valid has said so.
    ...(complaints.at(-1)?.endsWith('the program runs uninstrumented') ? [] : switchedOff(config)),
    ...(project ? setTooLate(project, env) : []),
  ];
  if (findings.length === 0) findings.push(ok('every setting is understood'));
  return { config, section: { title: 'Settings', findings } };
}

function switchedOff({ sdkDisabled, traces, metrics, logs, instrumentations }: Config): Finding[] {
  if (sdkDisabled)
    return [problem('everything is switched off', 'OTEL_SDK_DISABLED, or the configuration file.')];
  const findings: Finding[] = [];
  const signals = { spans: traces.processors, metrics: metrics.readers, 'log records': logs.processors };
  const off = Object.entries(signals).flatMap(([items, ways]) => (ways.length === 0 ? [items] : []));
  if (off.length === 3) findings.push(problem('no signal has an exporter', 'OTEL_TRACES_EXPORTER=otlp'));
  else if (off.length > 0) findings.push(note(`${off.join(' and ')} have no exporter`));
  if (instrumentations.disabled.includes('*'))
    findings.push(problem('no library is instrumented', 'OTEL_NODE_DISABLED_INSTRUMENTATIONS holds *.'));
  const share = samplingNote(traces.sampler);
  if (share && traces.processors.length > 0) findings.push(share);
  return findings;
}

function samplingNote(sampler: Config['traces']['sampler']): Finding | undefined {
  const root = sampler.kind === 'parent_based' ? sampler.root : sampler;
  const isNone = root.kind === 'always_off' || (root.kind === 'trace_id_ratio' && root.ratio === 0);
  if (isNone)
    return problem(
      'no trace that starts here is sampled',
      'OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say so.',
    );
  if ('ratio' in root && root.ratio < 1)
    return note(`${percent(root.ratio)} of the traces that start here are sampled`);
  return undefined;
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}

/** Files that a program reads by itself, long after the preload has read its settings. */
const lateFiles = ['.env', '.env.local', '.env.development', '.env.production'];

function setTooLate({ directory, dependencies }: Project, env: NodeJS.ProcessEnv): Finding[] {
  const reader = dependencies.find(({ name }) => /^(dotenv|dotenv-\w+|@nestjs\/config|next)$/.test(name));
  return lateFiles.flatMap((file) => {
    const late = variablesIn(join(directory, file)).filter((name) => !env[name]?.trim());
    if (late.length === 0) return [];
    const text = `${file} sets ${late.join(', ')}, which ${late.length === 1 ? 'is' : 'are'} not in the environment`;
    const how =
      reader === undefined
        ? ''
        : `${reader.name} reads it when the program runs, which is too late for a preload. `;
    return [problem(text, `${how}Run with node --env-file=${file}, or export them.`)];
  });
}

function variablesIn(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').matchAll(/^\s*(?:export\s+)?(OTEL_\w+)\s*=\s*\S/gm);
    return [...lines].map(([, name]) => name!);
  } catch {
    return [];
  }
}
