import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Context } from '@opentelemetry/api';
import { rootContext } from '../../../src/sdk/context/context';
import { runWithContext } from '../../../src/sdk/context/context-manager';
import { spanKey } from '../../../src/sdk/trace/context-keys';
import { collect, createTestMeter, pointsOf } from './harness';

const traceId = '0af7651916cd43dd8448eb211c80319c';

function contextOf(spanId: string, traceFlags: number): Context {
  return rootContext.setValue(spanKey, { spanContext: () => ({ traceId, spanId, traceFlags }) });
}
const sampled = contextOf('b7ad6b7169203331', 1);
const unsampled = contextOf('b7ad6b7169203332', 0);

describe('which measurements become exemplars', () => {
  const offered = (exemplarFilter: 'trace_based' | 'always_on' | 'always_off') => {
    const { meter, reader } = createTestMeter({ exemplarFilter });
    const histogram = meter.createHistogram('h', { advice: { explicitBucketBoundaries: [10, 20, 30] } });
    histogram.record(5, {}, sampled);
    histogram.record(15, {}, unsampled);
    histogram.record(25);
    return pointsOf(collect(reader), 'h')[0]!.exemplars.map(({ value, span }) => [value, span?.spanId]);
  };

  test('trace_based: those in a sampled span', () =>
    assert.deepEqual(offered('trace_based'), [[5, 'b7ad6b7169203331']]));
  test('always_on: all, with ids if there is a span', () =>
    assert.deepEqual(offered('always_on'), [
      [5, 'b7ad6b7169203331'],
      [15, 'b7ad6b7169203332'],
      [25, undefined],
    ]));
  test('always_off: none', () => assert.deepEqual(offered('always_off'), []));
});

test('the active span counts when no context is given', () => {
  const { meter, reader } = createTestMeter({ exemplarFilter: 'trace_based' });
  const counter = meter.createCounter('c');
  const series = meter.createCounter('s').series({});
  runWithContext(
    sampled,
    () => {
      counter.add(3);
      series.add(4);
    },
    undefined,
    [],
  );
  const metrics = collect(reader);
  for (const [name, value] of [
    ['c', 3],
    ['s', 4],
  ] as const) {
    const [exemplar] = pointsOf(metrics, name)[0]!.exemplars;
    assert.deepEqual(
      [exemplar!.value, exemplar!.span?.traceId, exemplar!.span?.spanId],
      [value, traceId, 'b7ad6b7169203331'],
    );
    assert.ok(Math.abs(exemplar!.timeMillis - Date.now()) < 10_000);
  }
});

test('one for each bucket of an explicit histogram; a collection starts anew', () => {
  const { meter, reader } = createTestMeter({ exemplarFilter: 'always_on' });
  const histogram = meter.createHistogram('h', { advice: { explicitBucketBoundaries: [10, 20] } });
  for (let i = 0; i < 30; i++) histogram.record(i);
  const { exemplars } = pointsOf(collect(reader), 'h')[0]!;
  assert.deepEqual(
    exemplars.map(({ value }) => (value <= 10 ? 0 : value <= 20 ? 1 : 2)),
    [0, 1, 2],
  );
  assert.deepEqual(pointsOf(collect(reader), 'h')[0]!.exemplars, []);
});

test('exponential histograms keep 20, sums and gauges one', () => {
  const { meter, reader } = createTestMeter({
    exemplarFilter: 'always_on',
    histogram: { kind: 'base2_exponential_bucket_histogram' },
  });
  const [histogram, counter, gauge] = [
    meter.createHistogram('h'),
    meter.createCounter('c'),
    meter.createGauge('g'),
  ];
  for (let i = 1; i <= 100; i++) for (const instrument of [histogram, counter, gauge]) instrument.record(i);
  const counts = collect(reader).map((metric) => metric.points[0]!.exemplars.length);
  assert.deepEqual(counts, [20, 1, 1]);
});

test('every measurement has the same chance', () => {
  const { meter, reader } = createTestMeter({ exemplarFilter: 'always_on' });
  const counter = meter.createCounter('c');
  const late = Array.from({ length: 2000 }, () => {
    for (let i = 0; i < 10; i++) counter.add(i);
    return pointsOf(collect(reader), 'c')[0]!.exemplars[0]!.value >= 5 ? 1 : 0;
  }).reduce((sum: number, each) => sum + each, 0);
  // Half of 2,000; the standard deviation is 22.
  assert.ok(late > 850 && late < 1150, `${late} of 2000`);
});

test('an exemplar keeps the attributes that a view takes from its point', () => {
  const { meter, reader } = createTestMeter({
    exemplarFilter: 'always_on',
    views: [{ selector: {}, stream: { attributeKeys: { included: ['route'] } } }],
  });
  const histogram = meter.createHistogram('h');
  histogram.record(1, { route: '/', user: 'ada' });
  histogram.series({ route: '/s', user: 'bob' }).record(2);
  const points = pointsOf(collect(reader), 'h');
  assert.deepEqual(
    points.map(({ attributes, exemplars }) => [attributes, exemplars[0]!.filteredAttributes]),
    [
      [{ route: '/' }, { user: 'ada' }],
      [{ route: '/s' }, { user: 'bob' }],
    ],
  );
});
