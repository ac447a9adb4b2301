import type { Agent } from './agents';
import { startCollector } from './collector';
import { sendRequests } from './load';
import { type Loaded, loadedFilesPreload } from './measure-start';
import { type RunningProgram, type Surroundings, withProgram } from './program';
import { type Rounds, rotated, roundsOf, twice } from './rounds';

export interface FirstSpanResult {
  readonly agent: Agent;
  /** CPU of the process until its first request's span has left; of the bare program until the answer has come. */
  readonly cpuMillis: number[];
  /** From the start of the process until the answer has come. */
  readonly answerMillis: number[];
}

const path = '/users/7';
/** Alike for all that can be told; nobody waits longer than needed, and the wait costs no CPU. */
const soon = { OTEL_BSP_SCHEDULE_DELAY: '100', DD_TRACE_FLUSH_INTERVAL: '100' };

/**
 * Starts the Express program under each agent in turn and sends it one request.
 *
 * @throws Error when the program fails, or an agent's span does not arrive
 */
export async function measureFirstSpans(
  agents: readonly Agent[],
  ours: Agent,
  surroundings: Omit<Surroundings, 'collector'>,
  rounds: Rounds,
): Promise<{ results: FirstSpanResult[]; loaded: Loaded }> {
  const results = agents.map((agent) => ({
    agent,
    cpuMillis: [] as number[],
    answerMillis: [] as number[],
  }));
  const env = { ...surroundings.env, ...soon };
  for (const round of roundsOf(rounds)) {
    for (const { agent, cpuMillis, answerMillis } of rotated(results, round)) {
      const sample = await twice(() =>
        untilFirstSpan(agent, { ...surroundings, env }, async ({ cpuMicros }) => ({
          cpuMicros: await cpuMicros(),
        })),
      );
      cpuMillis.push(sample.cpuMicros / 1000);
      answerMillis.push(sample.answerMillis);
    }
  }
  const nodeArguments = ['--require', loadedFilesPreload];
  const loaded = await untilFirstSpan(ours, { ...surroundings, env, nodeArguments }, ({ ask }) =>
    ask<Loaded>('loaded'),
  );
  return { results, loaded };
}

async function untilFirstSpan<T>(
  agent: Agent,
  surroundings: Omit<Surroundings, 'collector'>,
  then: (program: RunningProgram) => Promise<T>,
): Promise<T & { answerMillis: number }> {
  const collector = await startCollector();
  const startedAt = performance.now();
  try {
    return await withProgram('express.cjs', agent, { ...surroundings, collector }, async (program) => {
      const hasArrived = collector.waitForText(path, 20_000);
      await sendRequests({ port: program.port, path, connections: 1 }, 1);
      const answerMillis = performance.now() - startedAt;
      if (agent.preload && !(await hasArrived)) throw new Error(`${agent.name} delivered no span`);
      return { ...(await then(program)), answerMillis };
    });
  } finally {
    collector.stop();
  }
}
