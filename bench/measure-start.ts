import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/harness/servers/server-process';
import type { Agent } from './agents';
import { startCollector } from './collector';
import { bareEnvironment } from './program';
import { type Rounds, rotated, roundsOf } from './rounds';

/** One whole process, from its start to its end. */
export interface StartSample {
  readonly cpuMillis: number;
  readonly wallMillis: number;
}

/** What an agent's start costs an empty script. */
export interface StartResult {
  readonly agent: Agent;
  readonly withCollector: StartSample[];
  /** Nobody listens where it sends. */
  readonly withoutCollector: StartSample[];
}

export const emptyScript = join(__dirname, 'programs', 'empty.cjs');

/** Runs an empty script under each agent in turn. A collector that is missing makes some wait for seconds, so that is measured less often. */
export async function measureStarts(
  agents: readonly Agent[],
  node: string,
  rounds: Rounds,
): Promise<StartResult[]> {
  const collector = await startCollector();
  const nobody = `http://127.0.0.1:${await freePort()}`;
  try {
    const results = agents.map((agent) => ({
      agent,
      withCollector: [] as StartSample[],
      withoutCollector: [] as StartSample[],
    }));
    for (const round of roundsOf(rounds)) {
      for (const { agent, withCollector, withoutCollector } of rotated(results, round)) {
        withCollector.push(await measureStart(agent, node, emptyScript, collector.url));
        if (round < 2) withoutCollector.push(await measureStart(agent, node, emptyScript, nobody));
      }
    }
    return results;
  } finally {
    collector.stop();
  }
}

/**
 * Runs a script from start to end.
 *
 * @param url - where telemetry goes, whether anybody listens there or not.
 * @throws Error when the process fails, or there is no bash, whose `time` is the only one that tells the CPU time of a child to the
 *   millisecond
 */
export async function measureStart(
  agent: Pick<Agent, 'name' | 'preload' | 'env'>,
  node: string,
  script: string,
  url: string,
): Promise<StartSample> {
  const command = [node, ...(agent.preload ? ['--require', agent.preload] : []), script];
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$0" "$@"', ...command], {
    env: { ...bareEnvironment(), ...agent.env(url) },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  const times = output.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  if (code !== 0 || times.length !== 3) throw new Error(`${script} failed under ${agent.name}: ${output}`);
  const [wall = 0, user = 0, system = 0] = times;
  return { wallMillis: wall * 1000, cpuMillis: (user + system) * 1000 };
}

/** Files of the package, and modules of Node beyond those that it loads itself. */
export interface Loaded {
  readonly files: readonly { readonly file: string; readonly bytes: number }[];
  readonly builtins: readonly string[];
}

/** The preload that tells what the ones after it have loaded. */
export const loadedFilesPreload = join(__dirname, 'programs', 'loaded-files.cjs');

/** Runs a script to its end and tells what our agent has loaded for it by then. */
export async function findLoaded(agent: Agent, node: string, script: string): Promise<Loaded> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-loaded-'));
  const report = join(directory, 'loaded.json');
  try {
    const child = spawn(node, ['--require', loadedFilesPreload, '--require', agent.preload!, script], {
      env: { ...bareEnvironment(), ...agent.env('http://127.0.0.1:1'), BENCH_LOADED: report },
      stdio: 'ignore',
    });
    await once(child, 'exit');
    return JSON.parse(readFileSync(report, 'utf8')) as Loaded;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
