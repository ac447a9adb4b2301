import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Agent } from './agents';
import type { Collector } from './collector';
import { sendRequests } from './load';

/** A program under load and how much of it. */
export interface LoadProgram {
  readonly title: string;
  /** Below `programs/`. */
  readonly file: string;
  readonly path: string;
  readonly connections: number;
  readonly warmUpRequests: number;
  readonly requests: number;
}

/** Where a program runs. */
export interface Surroundings {
  readonly node: string;
  readonly collector: Collector;
  /** Of the program, such as addresses of servers. */
  readonly env: Readonly<Record<string, string>>;
}

/** One run of a program under an agent. */
export interface LoadSample {
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  /** Share of the spans of the measured requests that arrived. */
  readonly delivered: number;
  readonly rssBytes: number;
  /** Heap in use and external memory, after garbage collection. */
  readonly heapBytes: number;
}

/** No agent here keeps spans longer than two seconds. */
const quietMillis = 4_000;

/**
 * The spans of one request, as they arrive while nothing is in a hurry.
 *
 * @throws Error when the program fails, or the agent delivers nothing
 */
export async function countSpansPerRequest(
  program: LoadProgram,
  agent: Agent,
  surroundings: Surroundings,
): Promise<number> {
  if (!agent.preload) return 0;
  const { collector } = surroundings;
  return withProgram(program, agent, surroundings, async (_child, port) => {
    const load = { port, path: program.path, connections: 1 };
    await sendRequests(load, 1); // what belongs to the start: connecting, first use
    await collector.waitForSpans(Number.POSITIVE_INFINITY, quietMillis);
    const before = collector.taken.spans;
    const requests = 20;
    await sendRequests(load, requests);
    await collector.waitForSpans(Number.POSITIVE_INFINITY, quietMillis);
    const spans = collector.taken.spans - before;
    if (spans === 0) throw new Error(`${agent.name} delivered nothing`);
    return Math.round(spans / requests); // a connection opened on the way may have had a span of its own
  });
}

/**
 * Runs a program under an agent: warms up, measures. What the agent sends after the last request is part of the measure.
 *
 * @throws Error when the program fails
 */
export async function measureLoad(
  program: LoadProgram,
  agent: Agent,
  spansPerRequest: number,
  surroundings: Surroundings,
): Promise<LoadSample> {
  const { collector } = surroundings;
  return withProgram(program, agent, surroundings, async (child, port) => {
    const load = { port, path: program.path, connections: program.connections };
    await runUntilDelivered(program.warmUpRequests);

    const before = await ask<{ cpuMicros: number }>(child, 'cpu');
    const measured = await runUntilDelivered(program.requests);
    const after = await ask<{ cpuMicros: number }>(child, 'cpu');
    const { memory } = await ask<{ memory: NodeJS.MemoryUsage }>(child, 'memory');
    return {
      cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / program.requests,
      requestsPerSecond: measured.requestsPerSecond,
      delivered: measured.delivered,
      rssBytes: memory.rss,
      heapBytes: memory.heapUsed + memory.external,
    };

    async function runUntilDelivered(requests: number) {
      const spansBefore = collector.taken.spans;
      const expected = spansPerRequest * requests;
      const startedAt = performance.now();
      await sendRequests(load, requests);
      const seconds = (performance.now() - startedAt) / 1000;
      await collector.waitForSpans(spansBefore + expected, quietMillis);
      const delivered = expected === 0 ? 1 : (collector.taken.spans - spansBefore) / expected;
      return { requestsPerSecond: requests / seconds, delivered };
    }
  });
}

/** Starts the program, lets `use` work with it once it listens, and ends it. */
async function withProgram<T>(
  program: LoadProgram,
  agent: Agent,
  { node, collector, env }: Surroundings,
  use: (child: ChildProcess, port: number) => Promise<T>,
): Promise<T> {
  const preload = agent.preload ? ['--require', agent.preload] : [];
  const child = fork(join(__dirname, 'programs', program.file), {
    execPath: node,
    execArgv: ['--expose-gc', ...extraNodeOptions(), ...preload],
    env: { ...bareEnvironment(), ...env, ...agent.env(collector.url) },
  });
  try {
    const { port } = await answer<{ port: number }>(child);
    return await use(child, port);
  } finally {
    await end(child);
  }
}

/** Such as `--cpu-prof`, for whoever wants to see where the time goes. */
function extraNodeOptions(): string[] {
  return process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
}

/** What a program needs of this process's environment; never settings of an agent. */
export function bareEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}) };
}

function ask<T>(child: ChildProcess, question: string): Promise<T> {
  const answered = answer<T>(child);
  child.send(question);
  return answered;
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  const onExit = (code: number | null, signal: string | null) =>
    ended.abort(new Error(`the program ended with ${code ?? signal}`));
  child.once('exit', onExit);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message as T;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    child.off('exit', onExit);
  }
}

/** The program ends when the channel closes; one that does not is killed. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 5_000);
  child.disconnect();
  await exited;
  clearTimeout(tooLong);
}
