import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetricBatch } from '../../../src/export/otlp/metric-batch';
import { encodeResource } from '../../../src/export/otlp/scoped-batch';
import type { MetricData } from '../../../src/model/metric-data';
import { decodeMetrics } from '../../harness/decode-metrics';

const scope = { name: 'shop', version: '1.2.3', schemaUrl: 'https://example.com/1' };
const point = {
  attributes: {},
  startMillis: 1_700_000_000_000,
  timeMillis: 1_700_000_000_001.25,
  exemplars: [],
};
const described = { name: 'm', description: '', unit: '' };

function roundTrip(...metrics: MetricData[]) {
  const batch = createMetricBatch(encodeResource({ 'service.name': 'shop' }), 1_000_000);
  for (const metric of metrics) assert.ok(batch.add({ scope, metric }));
  return decodeMetrics(batch.encode());
}

test('scope, resource and times', () => {
  const [metric] = roundTrip({
    ...described,
    type: 'gauge',
    isInteger: false,
    points: [{ ...point, value: 1.5, attributes: { a: ['x', 'y'], ä: true } }],
  });
  assert.deepEqual(metric!.scope, scope);
  assert.deepEqual(metric!.resource, { 'service.name': 'shop' });
  const [decoded] = metric!.points;
  assert.deepEqual(decoded!.attributes, { a: ['x', 'y'], ä: true });
  assert.equal(decoded!.startTimeUnixNano, 1_700_000_000_000_000_000n);
  assert.equal(decoded!.timeUnixNano, 1_700_000_000_001_250_000n);
});

test('integers keep every digit and their sign', () => {
  const values = [
    0,
    1,
    -1,
    2 ** 32,
    -(2 ** 32),
    -(2 ** 32) - 1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ];
  const [metric] = roundTrip({
    ...described,
    type: 'sum',
    isMonotonic: false,
    temporality: 'delta',
    isInteger: true,
    points: values.map((value, i) => ({ ...point, value, attributes: { i } })),
  });
  assert.deepEqual(
    metric!.points.map(({ value }) => value),
    values.map(BigInt),
  );
  assert.deepEqual([metric!.temporality, metric!.isMonotonic], ['delta', false]);
});

test('histograms, with counts beyond 32 bits', () => {
  const huge = 2 ** 40 + 3;
  const [explicit, exponential] = roundTrip(
    {
      ...described,
      type: 'histogram',
      temporality: 'cumulative',
      points: [
        {
          ...point,
          count: huge + 2,
          sum: 0,
          min: undefined,
          max: -0.5,
          boundaries: Float64Array.of(-1, 2.5),
          bucketCounts: Float64Array.of(1, huge, 1),
        },
      ],
    },
    {
      ...described,
      type: 'exponentialHistogram',
      temporality: 'delta',
      points: [
        {
          ...point,
          count: huge + 9,
          sum: undefined,
          min: 1,
          max: 2,
          scale: -3,
          zeroCount: 2,
          positive: { offset: -5, counts: Float64Array.of(huge, 0, 3) },
          negative: { offset: 7, counts: Float64Array.of(4) },
        },
      ],
    },
  );
  const [first] = explicit!.points;
  assert.deepEqual(
    [first!.count, first!.sum, first!.min, first!.max, first!.explicitBounds, first!.bucketCounts],
    [huge + 2, 0, undefined, -0.5, [-1, 2.5], [1, huge, 1]],
  );
  const [second] = exponential!.points;
  assert.deepEqual(
    [second!.sum, second!.scale, second!.zeroCount, second!.positive, second!.negative],
    [undefined, -3, 2, { offset: -5, bucketCounts: [huge, 0, 3] }, { offset: 7, bucketCounts: [4] }],
  );
});

test('exemplars of doubles and integers', () => {
  const exemplar = {
    value: 7,
    timeMillis: 1_700_000_000_000.5,
    span: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
    filteredAttributes: { user: 'ada' },
  };
  const bare = { ...exemplar, span: undefined, filteredAttributes: {} };
  const sum = { ...described, type: 'sum', isMonotonic: true, temporality: 'cumulative' } as const;
  const metrics = roundTrip(
    { ...sum, isInteger: true, points: [{ ...point, value: 7, exemplars: [exemplar] }] },
    { ...sum, isInteger: false, points: [{ ...point, value: 7, exemplars: [bare] }] },
  );
  const decoded = metrics.map(({ points }) => points[0]!.exemplars[0]!);
  const { traceId, spanId } = exemplar.span;
  const { filteredAttributes } = exemplar;
  assert.deepEqual(decoded[0], {
    ...{ traceId, spanId, filteredAttributes },
    ...{ value: 7n, timeUnixNano: 1_700_000_000_000_500_000n },
  });
  assert.deepEqual([decoded[1]!.value, decoded[1]!.traceId, decoded[1]!.spanId], [7, undefined, undefined]);
});
