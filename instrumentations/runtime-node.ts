import { defineInstrumentation, type ObservedMetric } from '../src/kit';
import { createDelayMonitor, type Delay } from './runtime-node/delay';
import { measureCollections } from './runtime-node/garbage-collection';

type PerfHooks = typeof import('node:perf_hooks');
type V8 = typeof import('node:v8');

const { performance } = require('node:perf_hooks') as PerfHooks;
const { getHeapSpaceStatistics } = require('node:v8') as V8;

const monitor = createDelayMonitor();

const delays: readonly [name: keyof Delay, description: string][] = [
  ['min', 'Event loop minimum delay.'],
  ['max', 'Event loop maximum delay.'],
  ['mean', 'Event loop mean delay.'],
  ['stddev', 'Event loop standard deviation delay.'],
  ['p50', 'Event loop 50 percentile delay.'],
  ['p90', 'Event loop 90 percentile delay.'],
  ['p99', 'Event loop 99 percentile delay.'],
];

/** Sizes of the heap by its spaces: one value each of what V8 tells of a space. */
function heapSpaces(
  name: string,
  key: keyof ReturnType<V8['getHeapSpaceStatistics']>[0],
  description: string,
) {
  return {
    name,
    kind: 'upDownCounter',
    unit: 'By',
    description,
    observe(observe) {
      for (const space of getHeapSpaceStatistics())
        observe(space[key] as number, { 'v8js.heap.space.name': space.space_name });
    },
  } satisfies ObservedMetric;
}

let lastUtilization = performance.eventLoopUtilization();

export default defineInstrumentation({
  name: 'runtime-node',
  docs: {
    title: 'Node.js runtime',
    description: 'Metrics of the event loop, the heap, garbage collection and active resources.',
    link: 'https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/',
    signals: ['metrics'],
  },
  observed: {
    start(meter) {
      monitor.start();
      measureCollections(meter);
    },
    metrics: [
      ...delays.map(
        ([key, description]): ObservedMetric => ({
          name: `nodejs.eventloop.delay.${key}`,
          kind: 'gauge',
          unit: 's',
          description,
          observe(observe) {
            const delay = monitor.read();
            if (delay) observe(delay[key]);
          },
        }),
      ),
      {
        name: 'nodejs.eventloop.time',
        kind: 'counter',
        unit: 's',
        description: 'Cumulative duration of time the event loop has been in each state.',
        observe(observe) {
          const { active, idle } = performance.eventLoopUtilization();
          observe(active / 1000, { 'nodejs.eventloop.state': 'active' });
          observe(idle / 1000, { 'nodejs.eventloop.state': 'idle' });
        },
      },
      {
        name: 'nodejs.eventloop.utilization',
        kind: 'gauge',
        unit: '1',
        description: 'Event loop utilization.',
        observe(observe) {
          const now = performance.eventLoopUtilization();
          observe(performance.eventLoopUtilization(now, lastUtilization).utilization);
          lastUtilization = now;
        },
      },
      heapSpaces('v8js.memory.heap.used', 'space_used_size', 'Heap Memory size allocated.'),
      heapSpaces(
        'v8js.memory.heap.space.size',
        'space_size',
        'Total heap memory size pre-allocated for a heap space.',
      ),
      heapSpaces(
        'v8js.memory.heap.space.available_size',
        'space_available_size',
        'Heap space available size.',
      ),
      heapSpaces(
        'v8js.memory.heap.space.physical_size',
        'physical_space_size',
        'Committed size of a heap space.',
      ),
      {
        name: 'v8js.resource.active',
        kind: 'gauge',
        unit: '{resource}',
        description: 'Gauge of the active resources that are currently keeping the event loop alive.',
        observe(observe) {
          const counts = new Map<string, number>();
          for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
          for (const [type, count] of counts) observe(count, { 'v8js.resource.type': type });
        },
      },
    ],
  },
});
