import type { Agent } from './agents';
import { type Collector, startCollector } from './collector';
import { sendRequests } from './load';
import { type Surroundings, withProgram } from './program';

/** A program under load and how much of it. */
export interface LoadProgram {
  readonly title: string;
  /** Below `programs/`. */
  readonly file: string;
  readonly path: string;
  readonly connections: number;
  readonly warmUpRequests: number;
  readonly requests: number;
  /** Neither of the two goes on for longer than this: a slow machine sends less. */
  readonly maxMillis: number;
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
const quietMillis = 3_000;

/**
 * The spans of one request under each agent, as they arrive while nothing is in a hurry: all at once, each with a collector of its own.
 *
 * @throws Error when a program fails, or an agent delivers nothing
 */
export function countSpansPerRequest(
  program: LoadProgram,
  agents: readonly Agent[],
  surroundings: Omit<Surroundings, 'collector'>,
): Promise<number[]> {
  return Promise.all(
    agents.map(async (agent) => {
      if (!agent.preload) return 0;
      const collector = await startCollector();
      try {
        return await countSpans(program, agent, { ...surroundings, collector });
      } finally {
        collector.stop();
      }
    }),
  );
}

function countSpans(
  { file, path }: LoadProgram,
  agent: Agent,
  surroundings: Surroundings & { collector: Collector },
) {
  const { collector } = surroundings;
  return withProgram(file, agent, surroundings, async ({ port }) => {
    const load = { port, path, connections: 1 };
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
 * @throws Error when the program fails, or nothing of it is delivered
 */
export function measureLoad(
  program: LoadProgram,
  agent: Agent,
  spansPerRequest: number,
  surroundings: Surroundings & { collector: Collector },
): Promise<LoadSample> {
  const { collector } = surroundings;
  return withProgram(program.file, agent, surroundings, async ({ port, ask, cpuMicros }) => {
    const load = { port, path: program.path, connections: program.connections };
    await runUntilDelivered(program.warmUpRequests);

    const before = await cpuMicros();
    const measured = await runUntilDelivered(program.requests);
    const after = await cpuMicros();
    const { memory } = await ask<{ memory: NodeJS.MemoryUsage }>('memory');
    if (measured.delivered === 0) throw new Error(`${agent.name} delivered nothing under load`);
    return {
      cpuMicrosPerRequest: (after - before) / measured.requests,
      requestsPerSecond: measured.requestsPerSecond,
      delivered: measured.delivered,
      rssBytes: memory.rss,
      heapBytes: memory.heapUsed + memory.external,
    };

    async function runUntilDelivered(most: number) {
      const spansBefore = collector.taken.spans;
      const startedAt = performance.now();
      const requests = await sendRequests(load, most, program.maxMillis);
      const seconds = (performance.now() - startedAt) / 1000;
      const expected = spansPerRequest * requests;
      await collector.waitForSpans(spansBefore + expected, quietMillis);
      const delivered = expected === 0 ? 1 : (collector.taken.spans - spansBefore) / expected;
      return { requests, requestsPerSecond: requests / seconds, delivered };
    }
  });
}
