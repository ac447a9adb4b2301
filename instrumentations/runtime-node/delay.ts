import type { IntervalHistogram } from 'node:perf_hooks';
import { monotonicMillis } from '../../src/kit';

/** Delays of the event loop since the last collection, in seconds. */
export type Delay = Readonly<Record<'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99', number>>;

/** Wakes up the process so often: at Node's default of 10 ms an idle one would burn 4 to 5 ms of CPU a second. */
const resolutionMillis = 200;
/** Metrics that are read so close to each other are of one collection. */
const sameCollectionMillis = 50;

/** Follows the delay of the event loop (`perf_hooks.monitorEventLoopDelay`). */
export function createDelayMonitor() {
  let histogram: IntervalHistogram | undefined;
  let last: { readonly millis: number; readonly delay: Delay | undefined } | undefined;
  return { start, read };

  function start(): void {
    const { monitorEventLoopDelay } = require('node:perf_hooks') as typeof import('node:perf_hooks');
    histogram = monitorEventLoopDelay({ resolution: resolutionMillis });
    histogram.enable();
  }

  /** `undefined` as long as nothing was measured. */
  function read(): Delay | undefined {
    const now = monotonicMillis();
    if (last === undefined || now - last.millis > sameCollectionMillis) {
      last = { millis: now, delay: histogram?.count ? delayOf(histogram) : undefined };
      histogram?.reset();
    }
    return last.delay;
  }
}

/** Node counts the interval of its timer as a delay too. */
function delayOf(histogram: IntervalHistogram): Delay {
  const seconds = (nanos: number) => Math.max(0, nanos / 1e9 - resolutionMillis / 1000);
  return {
    min: seconds(histogram.min),
    max: seconds(histogram.max),
    mean: seconds(histogram.mean),
    stddev: histogram.stddev / 1e9,
    p50: seconds(histogram.percentile(50)),
    p90: seconds(histogram.percentile(90)),
    p99: seconds(histogram.percentile(99)),
  };
}
