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
  /** Share of the spans that arrived. */
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
 * Runs a program under an agent: warms up, measures, and then waits for its spans. There is no pause between the first two: in a pause V8 collects
 * everything and forgets part of what it has learnt, and a program without an agent, for whose spans nobody waits, would have none. So what is sent
 * of the warm-up's spans stands for what is not sent yet of the last.
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
    const spansBefore = collector.taken.spans;
    const warmUpRequests = await sendRequests(load, program.warmUpRequests, program.maxMillis);

    const before = await cpuMicros();
    const startedAt = performance.now();
    const requests = await sendRequests(load, program.requests, program.maxMillis);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await cpuMicros();

    const expected = spansPerRequest * (warmUpRequests + requests);
    await collector.waitForSpans(spansBefore + expected, quietMillis);
    const arrived = collector.taken.spans - spansBefore;
    if (expected > 0 && arrived === 0) throw new Error(`${agent.name} delivered nothing under load`);
    const { memory } = await ask<{ memory: NodeJS.MemoryUsage }>('memory');
    return {
      cpuMicrosPerRequest: (after - before) / requests,
      requestsPerSecond: requests / seconds,
      delivered: expected === 0 ? 1 : arrived / expected,
      rssBytes: memory.rss,
      heapBytes: memory.heapUsed + memory.external,
    };
  });
}
