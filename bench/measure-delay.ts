import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad } from '../test/harness/paced-load';
import { type Agent, knownAgents, withSettings } from './agents';
import { startCollector } from './collector';
import { type RunningProgram, startProgram, withProgram, withPrograms } from './program';
import { type Rounds, rotated, roundsOf } from './rounds';
import { startHungCollector } from './servers';

export const requestsPerSecond = 1_500;
const warmUpSeconds = 2;
const seconds = 3;

/** The event loop of a program that answers 1,500 requests a second. */
export interface DelayResult {
  readonly name: string;
  /** `monitorEventLoopDelay`, with its own period of 1 ms in it. */
  readonly p99Millis: number[];
  readonly maxMillis: number[];
  readonly answeredPerSecond: number[];
}

/** Callbacks that our own code asked for, under the same load. */
export interface SlicesResult {
  readonly name: string;
  readonly slices: number;
  readonly longestMillis: number;
  /** The type of asynchronous resource whose callback that was. */
  readonly longestType: string;
  readonly over2Millis: number;
}

const file = 'route.cjs';

/** All programs live at once and take turns, round after round; those that have no turn are idle. */
export async function measureDelay(
  agents: readonly Agent[],
  node: string,
  rounds: Rounds,
): Promise<{ delays: DelayResult[]; slices: SlicesResult[] }> {
  const { bare, ours, sameLibraries } = knownAgents(agents);
  const collector = await startCollector();
  const hung = await startHungCollector();
  const toHung = (agent: Agent) =>
    withSettings(agent, `${agent.name}, collector hung`, { OTEL_EXPORTER_OTLP_ENDPOINT: hung.url });
  const all = [bare, ours, toHung(ours), sameLibraries, toHung(sameLibraries)];
  const surroundings = { node, collector, env: {} };
  try {
    const delays = all.map(({ name }) => ({
      name,
      p99Millis: [] as number[],
      maxMillis: [] as number[],
      answeredPerSecond: [] as number[],
    }));
    const starts = all.map((agent) => () => startProgram(file, agent, surroundings));
    await withPrograms(starts, async (programs) => {
      const runs = programs.map((program, index) => ({ program, result: delays[index]! }));
      for (const { program } of runs) await underLoad(program, async () => sleep(warmUpSeconds * 1000));
      for (const round of roundsOf(rounds)) {
        for (const { program, result } of rotated(runs, round)) {
          const answered = await underLoad(program, async () => {
            await program.ask('watchDelay');
            await sleep(seconds * 1000);
            const { p99Millis, maxMillis } = await program.ask<{ p99Millis: number; maxMillis: number }>(
              'delay',
            );
            result.p99Millis.push(p99Millis);
            result.maxMillis.push(maxMillis);
          });
          result.answeredPerSecond.push(answered);
        }
      }
    });
    const slices = [];
    for (const agent of [ours, toHung(ours)]) slices.push(await measureSlices(agent, surroundings));
    return { delays, slices };
  } finally {
    collector.stop();
    hung.stop();
  }
}

/** @returns answers a second. */
async function underLoad({ port }: RunningProgram, then: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const load = await startLoad(port, requestsPerSecond);
  try {
    await then();
  } finally {
    await load.stop();
  }
  return load.answered / ((performance.now() - startedAt) / 1000);
}

/** In a run of its own, since watching every callback slows the program down. */
function measureSlices(
  agent: Agent,
  surroundings: Parameters<typeof startProgram>[2],
): Promise<SlicesResult> {
  const nodeArguments = ['--require', join(__dirname, 'programs', 'own-slices.cjs')];
  return withProgram(file, agent, { ...surroundings, nodeArguments }, async (program) => {
    const ask = () => program.ask<Omit<SlicesResult, 'name'>>('slices');
    await underLoad(program, async () => {
      await sleep(warmUpSeconds * 1000);
      await ask(); // what belongs to the start
      await sleep(2 * seconds * 1000);
    });
    return { name: agent.name, ...(await ask()) };
  });
}
