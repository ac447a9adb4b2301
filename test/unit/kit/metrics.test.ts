import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { MetricGroup } from '../../../src/kit/metrics';
import { createMetrics } from '../../../src/kit/metrics';
import { dbClient } from '../../../src/kit/operations/db-client';
import { provideTelemetry, type Telemetry } from '../../../src/kit/telemetry';
import type { PointIdentity } from '../../../src/model/metric-data';
import { createMeterProvider } from '../../../src/sdk/metrics/meter-provider';

const group = {
  attributes: ['http.request.method', 'server.address', 'http.response.status_code'],
  metrics: {
    duration: { name: 'duration', kind: 'histogram', unit: 's', description: '', boundaries: [0.1, 1] },
    requests: { name: 'requests', kind: 'upDownCounter', unit: '{request}', description: '' },
    sent: { name: 'sent', kind: 'counter', unit: '{message}', description: '' },
  },
} as const satisfies MetricGroup;

/** The group's metrics, and what a reader gets of them. */
function collecting() {
  const provider = createMeterProvider({
    readers: [{ temporality: 'cumulative' }],
    exemplarFilter: 'always_off',
  });
  let meters = 0;
  provideTelemetry({
    meter: (name: string) => {
      meters++;
      return provider.getMeter(`otel-instrument/${name}`);
    },
  } as unknown as Telemetry);
  const metrics = createMetrics('shop', group)!;
  return {
    metrics,
    meters: () => meters,
    collect: () => provider.readers[0]!.collectSync().flatMap((scope) => scope.metrics),
  };
}

describe('metrics of a group', () => {
  test('one series for each set of values; what is undefined makes no attribute', () => {
    const { metrics, collect } = collecting();
    metrics.at('GET', 'a', 200).record('duration', 0.05);
    metrics.at('GET', 'a', 200).record('duration', 0.5);
    metrics.at('GET', 'a', undefined).record('duration', 5);
    metrics.at(undefined, undefined, undefined).record('duration', 5);
    const [duration, ...others] = collect();
    assert.equal(others.length, 0);
    assert.equal(duration!.unit, 's');
    assert.deepEqual(
      (duration!.points as readonly PointIdentity[]).map(({ attributes }) => attributes),
      [
        { 'http.request.method': 'GET', 'server.address': 'a', 'http.response.status_code': 200 },
        { 'http.request.method': 'GET', 'server.address': 'a' },
        {},
      ],
    );
  });

  test('a point is found again, by the type of a value too', () => {
    const { metrics } = collecting();
    assert.equal(metrics.at('GET', 'a', 200), metrics.at('GET', 'a', 200));
    assert.notEqual(metrics.at('GET', 'a', 200), metrics.at('GET', 'a', '200'));
    assert.notEqual(metrics.at('GET', 'a', undefined), metrics.at('GET', undefined, 'a'));
  });

  test('instruments are made when the first value comes', () => {
    const { metrics, meters, collect } = collecting();
    const point = metrics.at('GET', 'a', 200);
    assert.equal(meters(), 0);
    point.record('requests', 1);
    point.record('requests', -1);
    metrics.at('GET', 'b', 200).record('requests', 1);
    assert.equal(meters(), 1);
    assert.deepEqual(
      collect().map(({ name, type }) => [name, type]),
      [['requests', 'sum']],
    );
  });

  test('where nobody collects metrics there are none', () => {
    provideTelemetry({ meter: undefined } as unknown as Telemetry);
    assert.equal(createMetrics('shop', group), undefined);
  });

  test('where nobody collects metrics and the span is not sampled, nothing of a call is read', () => {
    const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    provideTelemetry({
      meter: undefined,
      activeContext: () => ROOT_CONTEXT,
      withSpan: () => ROOT_CONTEXT,
      isSuppressed: () => false,
      instrumented: () => ({ startSpan: () => span }),
      settings: { options: {}, querySanitization: true },
    } as unknown as Telemetry);
    const read: string[] = [];
    const getter = (name: string) => () => {
      read.push(name);
      return undefined;
    };
    const client = dbClient({
      instrumentation: 'shop',
      system: 'postgresql',
      sql: getter('sql'),
      operationName: getter('operationName'),
      namespace: getter('namespace'),
      collection: getter('collection'),
      server: getter('server'),
      statusCode: getter('statusCode'),
    });
    const call = { self: undefined, args: [], error: new Error('failed') };
    client.end(client.start(call)!, call);
    assert.deepEqual(read, []);
  });
});

describe('100,000 random sets of values', () => {
  test('make no more series than the cap, and a bounded number of points', () => {
    const { metrics, collect } = collecting();
    const record = (i: number) => metrics.at('GET', `host-${i}.example`, 200).record('duration', 0.1);
    for (let i = 0; i < 10_000; i++) record(i);
    const before = heapBytes();
    for (let i = 10_000; i < 110_000; i++) record(i);
    const grown = heapBytes() - before;
    assert.ok(grown < 1_000_000, `the heap has grown by ${grown} bytes`);
    const [duration] = collect();
    const points = duration!.points as readonly { attributes: Record<string, unknown>; count?: number }[];
    assert.equal(points.length, 2000);
    const overflow = points.filter(({ attributes }) => attributes['otel.metric.overflow']);
    assert.deepEqual(
      overflow.map(({ attributes, count }) => [attributes, count]),
      [[{ 'otel.metric.overflow': true }, 110_000 - 1999]],
    );
  });

  test('a point that was forgotten goes on counting in its series', () => {
    const { metrics, collect } = collecting();
    const old = metrics.at('GET', 'first', 200);
    old.record('sent', 1);
    for (let i = 0; i < 5000; i++) metrics.at('GET', `host-${i}`, 200);
    assert.notEqual(metrics.at('GET', 'first', 200), old);
    metrics.at('GET', 'first', 200).record('sent', 1);
    old.record('sent', 1);
    assert.deepEqual(
      collect().map(({ points }) => (points as readonly { value?: number }[]).map(({ value }) => value)),
      [[3]],
    );
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
