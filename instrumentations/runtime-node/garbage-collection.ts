import type { KitMeter } from '../../src/kit';

/** `perf_hooks.constants.NODE_PERFORMANCE_GC_*`, as the conventions call them. */
const types: Readonly<Record<number, string>> = { 1: 'minor', 4: 'major', 8: 'incremental', 16: 'weakcb' };

/** `v8js.gc.duration` (semantic conventions, "V8 JS engine runtime metrics"). */
export function measureCollections(meter: KitMeter): void {
  const { PerformanceObserver } = require('node:perf_hooks') as typeof import('node:perf_hooks');
  const duration = meter.createHistogram('v8js.gc.duration', {
    unit: 's',
    description: 'Garbage collection duration.',
    advice: {
      explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    },
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { detail?: { kind?: number } }).detail ?? {};
      const type = types[kind ?? 0];
      if (type) duration.series({ 'v8js.gc.type': type }).record(entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
}
