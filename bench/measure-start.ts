import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Agent } from './agents';
import { bareEnvironment } from './measure-load';

/** One whole process that runs an empty script. */
export interface StartSample {
  readonly cpuMillis: number;
  readonly wallMillis: number;
}

/**
 * Runs an empty script from start to end.
 *
 * @param url where telemetry goes, whether anybody listens there or not
 * @throws Error when the process fails, or there is no bash, whose `time` is the only one that tells the CPU time of a child to the
 *   millisecond
 */
export async function measureStart(agent: Agent, node: string, url: string): Promise<StartSample> {
  const command = [node, ...(agent.preload ? ['--require', agent.preload] : []), emptyScript];
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$0" "$@"', ...command], {
    env: { ...bareEnvironment(), ...agent.env(url) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  const times = output.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  if (code !== 0 || times.length !== 3)
    throw new Error(`an empty script failed under ${agent.name}: ${output}`);
  const [wall = 0, user = 0, system = 0] = times;
  return { wallMillis: wall * 1000, cpuMillis: (user + system) * 1000 };
}

const emptyScript = join(__dirname, 'programs', 'empty.cjs');
