import type { Agent } from './agents';
import { type Collector, startCollector } from './collector';
import { sendRequests } from './load';
import { type RunningProgram, type Surroundings, startProgram, withProgram, withPrograms } from './program';
import { rotated } from './rounds';

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
 * Of a round. A machine drifts by more, from one second to the next, than an agent costs; turns of a tenth of a second hit all agents alike.
 */
const turns = 30;

/**
 * One run of a program under each agent: they live at once, each with a collector of its own, and take turns. All that a process does from its first
 * turn until the last span has arrived is part of the measure, also between its turns.
 *
 * @throws Error when a program fails, or nothing of an agent is delivered
 */
export async function measureLoads(
  program: LoadProgram,
  agents: readonly { readonly agent: Agent; readonly spansPerRequest: number }[],
  surroundings: Omit<Surroundings, 'collector'>,
  round: number,
): Promise<LoadSample[]> {
  const collectors = await Promise.all(agents.map(() => startCollector()));
  const starts = agents.map(
    ({ agent }, i) =>
      () =>
        startProgram(program.file, agent, { ...surroundings, collector: collectors[i]! }),
  );
  try {
    return await withPrograms(starts, async (programs) => {
      const runs = programs.map((running, i) => createRun(program, running, collectors[i]!, agents[i]!));
      for (const run of runs) await run.warmUp();
      for (const run of runs) await run.begin();
      for (let turn = 0; turn < turns; turn++)
        for (const run of rotated(runs, round + turn)) await run.takeTurn();
      const samples: LoadSample[] = [];
      for (const run of runs) samples.push(await run.end());
      return samples;
    });
  } finally {
    for (const collector of collectors) collector.stop();
  }
}

/** A program under an agent, from its warm-up to its sample. */
function createRun(
  program: LoadProgram,
  { port, ask, cpuMicros }: RunningProgram,
  collector: Collector,
  { agent, spansPerRequest }: { readonly agent: Agent; readonly spansPerRequest: number },
) {
  const load = { port, path: program.path, connections: program.connections };
  let spansBefore = 0;
  let cpuBefore = 0;
  let requests = 0;
  let millis = 0;

  return {
    async warmUp() {
      const sent = await sendRequests(load, program.warmUpRequests, program.maxMillis);
      await collector.waitForSpans(sent * spansPerRequest, quietMillis);
    },
    async begin() {
      spansBefore = collector.taken.spans;
      cpuBefore = await cpuMicros();
    },
    async takeTurn() {
      const startedAt = performance.now();
      requests += await sendRequests(load, Math.ceil(program.requests / turns), program.maxMillis / turns);
      millis += performance.now() - startedAt;
    },
    async end(): Promise<LoadSample> {
      const expected = spansPerRequest * requests;
      await collector.waitForSpans(spansBefore + expected, quietMillis);
      const cpu = (await cpuMicros()) - cpuBefore;
      const { memory } = await ask<{ memory: NodeJS.MemoryUsage }>('memory');
      const delivered = expected === 0 ? 1 : (collector.taken.spans - spansBefore) / expected;
      if (delivered === 0) throw new Error(`${agent.name} delivered nothing under load`);
      return {
        cpuMicrosPerRequest: cpu / requests,
        requestsPerSecond: (requests / millis) * 1000,
        delivered,
        rssBytes: memory.rss,
        heapBytes: memory.heapUsed + memory.external,
      };
    },
  };
}
