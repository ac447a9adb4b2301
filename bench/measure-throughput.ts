import { setTimeout as sleep } from 'node:timers/promises';
import { type Agent, withSettings } from './agents';
import { startCollector } from './collector';
import { withProgram } from './program';

export interface ThroughputResult {
  readonly made: number;
  readonly taken: number;
  readonly seconds: number;
  readonly cpuMicrosPerSpan: number;
  /** Every ten seconds, after garbage collection. */
  readonly heapBytes: number[];
  readonly rssBytes: number[];
}

export const spansPerSecond = 50_000;
export const queueSize = 100_000;

/** A program that makes 50,000 spans a second by the API, and a collector in this process that counts them. */
export async function measureThroughput(
  ours: Agent,
  node: string,
  seconds: number,
): Promise<ThroughputResult> {
  const collector = await startCollector();
  const agent = withSettings(ours, ours.name, {
    OTEL_BSP_MAX_QUEUE_SIZE: String(queueSize),
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5000',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
  const env = { SPANS_PER_SECOND: String(spansPerSecond) };
  try {
    return await withProgram('spans.cjs', agent, { node, collector, env }, async ({ ask, cpuMicros }) => {
      const heapBytes: number[] = [];
      const rssBytes: number[] = [];
      await ask('begin');
      const before = await cpuMicros();
      for (let tens = 0; tens < Math.max(2, seconds / 10); tens++) {
        await sleep(10_000);
        const { memory } = await ask<{ memory: NodeJS.MemoryUsage }>('memory');
        heapBytes.push(memory.heapUsed + memory.external);
        rssBytes.push(memory.rss);
      }
      const { made, seconds: took } = await ask<{ made: number; seconds: number }>('stop');
      await collector.waitForSpans(made, 4_000);
      const cpuMicrosPerSpan = ((await cpuMicros()) - before) / made;
      return { made, taken: collector.taken.spans, seconds: took, cpuMicrosPerSpan, heapBytes, rssBytes };
    });
  } finally {
    collector.stop();
  }
}
