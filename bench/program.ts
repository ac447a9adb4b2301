import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Agent } from './agents';
import type { Collector } from './collector';

/** Where a program runs. */
export interface Surroundings {
  readonly node: string;
  readonly collector: Pick<Collector, 'url'>;
  /** Of the program, such as addresses of servers; stronger than what the agent wants. */
  readonly env: Readonly<Record<string, string>>;
  /** A command that runs node, with its arguments. */
  readonly under?: readonly string[];
  /** More arguments of node, before the agent's. */
  readonly nodeArguments?: readonly string[];
}

/** A program of `programs/` that listens. */
export interface RunningProgram {
  readonly port: number;
  readonly pid: number;
  /** What control.cjs answers to a question. @throws Error when the program has ended. */
  ask<T>(question: unknown): Promise<T>;
  /** CPU time of the whole process since its start, user and system. */
  cpuMicros(): Promise<number>;
  /** Ends it; resolves when it is gone. */
  end(): Promise<void>;
}

/**
 * Starts a program under an agent; resolves when it listens.
 *
 * @param file - below `programs/`.
 * @throws Error when it ends before
 */
export async function startProgram(
  file: string,
  agent: Pick<Agent, 'preload' | 'env'>,
  { node, collector, env, under = [], nodeArguments = [] }: Surroundings,
): Promise<RunningProgram> {
  const preload = agent.preload ? ['--require', agent.preload] : [];
  const [execPath = node, ...before] = [...under, node];
  const child = fork(join(__dirname, 'programs', file), {
    execPath,
    execArgv: [...before, '--expose-gc', ...extraNodeOptions(), ...nodeArguments, ...preload],
    env: { ...bareEnvironment(), ...agent.env(collector.url), ...env },
  });
  const { port } = await answer<{ port: number }>(child);
  const ask = <T>(question: unknown): Promise<T> => {
    const answered = answer<T>(child);
    child.send(question as string);
    return answered;
  };
  return {
    port,
    pid: child.pid!,
    ask,
    cpuMicros: async () => (await ask<{ cpuMicros: number }>('cpu')).cpuMicros,
    end: () => end(child),
  };
}

/** Starts the program, lets `use` work with it, and ends it. */
export async function withProgram<T>(
  file: string,
  agent: Pick<Agent, 'preload' | 'env'>,
  surroundings: Surroundings,
  use: (program: RunningProgram) => Promise<T>,
): Promise<T> {
  const program = await startProgram(file, agent, surroundings);
  try {
    return await use(program);
  } finally {
    await program.end();
  }
}

/** Starts one program under each of several agents, lets `use` work with them, and ends them all. */
export async function withPrograms<T>(
  starts: readonly (() => Promise<RunningProgram>)[],
  use: (programs: RunningProgram[]) => Promise<T>,
): Promise<T> {
  const programs: RunningProgram[] = [];
  try {
    for (const start of starts) programs.push(await start());
    return await use(programs);
  } finally {
    await Promise.all(programs.map((program) => program.end()));
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

async function answer<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  const onExit = (code: number | null, signal: string | null) =>
    ended.abort(new Error(`the program ended with ${code ?? signal}`));
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 90_000);
  child.once('exit', onExit);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message as T;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    clearTimeout(tooLong);
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
