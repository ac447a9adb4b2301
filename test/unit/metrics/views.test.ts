import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ViewConfig } from '../../../src/config/config';
import type { HistogramPoint, MetricData } from '../../../src/model/metric-data';
import { createMeterProvider } from '../../../src/sdk/metrics/meter-provider';
import { collect, createTestMeter, pointsOf, values } from './harness';

/** What is collected under `views` of a counter, a histogram and a gauge. */
function collectUnder(...views: ViewConfig[]): MetricData[] {
  const { meter, reader } = createTestMeter({ views });
  meter.createCounter('shop.orders', { unit: '{order}' }).add(2, { kind: 'book', user: 'ada' });
  meter.createHistogram('shop.duration', { unit: 's' }).record(0.3, { kind: 'book' });
  meter.createGauge('stock').record(7);
  return collect(reader);
}
const names = (metrics: readonly MetricData[]) => metrics.map(({ name }) => name);

describe('what a view selects', () => {
  const cases: [string, ViewConfig['selector'], string[]][] = [
    ['everything', {}, ['shop.orders', 'shop.duration', 'stock']],
    ['by name, in any case', { instrumentName: 'SHOP.orders' }, ['shop.orders']],
    ['by wildcard', { instrumentName: 'shop.*' }, ['shop.orders', 'shop.duration']],
    ['one character', { instrumentName: 'sto?k' }, ['stock']],
    ['a dot is a dot', { instrumentName: 'shop?orders' }, ['shop.orders']],
    ['by type', { instrumentType: 'histogram' }, ['shop.duration']],
    ['by unit', { unit: '{order}' }, ['shop.orders']],
    ['by meter', { meterName: 'test' }, ['shop.orders', 'shop.duration', 'stock']],
    ['by another meter', { meterName: 'other' }, []],
    ['by a version that it has not', { meterVersion: '1' }, []],
    ['only if everything fits', { instrumentName: 'shop.*', instrumentType: 'gauge' }, []],
  ];
  for (const [name, selector, selected] of cases) {
    test(name, () => {
      const all = names(collectUnder());
      const dropped = names(collectUnder({ selector, stream: { aggregation: { kind: 'drop' } } }));
      assert.deepEqual(
        all.filter((each) => !dropped.includes(each)),
        selected,
      );
    });
  }
});

describe('what a view changes', () => {
  const orders = { instrumentName: 'shop.orders' };

  test('name and description', () => {
    const [metric] = collectUnder({ selector: orders, stream: { name: 'sold', description: 'Sold.' } });
    assert.deepEqual([metric!.name, metric!.description, metric!.unit], ['sold', 'Sold.', '{order}']);
  });

  test('attributes, kept or left out; series that become equal are added', () => {
    const { meter, reader } = createTestMeter({
      views: [
        { selector: { instrumentName: 'in' }, stream: { attributeKeys: { included: ['a'] } } },
        { selector: { instrumentName: 'out' }, stream: { attributeKeys: { excluded: ['a*'] } } },
        { selector: { instrumentName: 'none' }, stream: { attributeKeys: { included: [] } } },
        { selector: { instrumentName: 'seen' }, stream: { attributeKeys: { excluded: ['b'] } } },
      ],
    });
    for (const name of ['in', 'out', 'none']) {
      const counter = meter.createCounter(name);
      counter.add(1, { a: 1, ab: 1, b: 1 });
      counter.add(1, { a: 1, ab: 2, b: 1 });
    }
    meter.createObservableCounter('seen').addCallback((result) => {
      result.observe(3, { a: 1, b: 1 });
      result.observe(4, { a: 1, b: 2 });
    });
    const metrics = collect(reader);
    assert.deepEqual(values(metrics, 'in'), { 'a=1': 2 });
    assert.deepEqual(values(metrics, 'out'), { 'b=1': 2 });
    assert.deepEqual(values(metrics, 'none'), { '': 2 });
    assert.deepEqual(values(metrics, 'seen'), { 'a=1': 7 });
  });

  test('the aggregation, also of other instruments than histograms', () => {
    const metrics = collectUnder(
      { selector: orders, stream: { aggregation: { kind: 'explicit_bucket_histogram', boundaries: [1] } } },
      {
        selector: { instrumentName: 'shop.duration' },
        stream: {
          aggregation: { kind: 'base2_exponential_bucket_histogram', maxScale: 3, recordMinMax: false },
        },
      },
      { selector: { instrumentName: 'stock' }, stream: { aggregation: { kind: 'sum' } } },
    );
    assert.deepEqual(
      metrics.map(({ type }) => type),
      ['histogram', 'exponentialHistogram', 'sum'],
    );
    assert.deepEqual(Array.from(pointsOf<HistogramPoint>(metrics, 'shop.orders')[0]!.bucketCounts), [0, 1]);
    const [exponential] = pointsOf<HistogramPoint & { scale: number }>(metrics, 'shop.duration');
    assert.deepEqual([exponential!.scale, exponential!.min, exponential!.sum], [3, undefined, 0.3]);
  });

  test('several views make several metrics', () => {
    const metrics = collectUnder(
      { selector: orders, stream: { name: 'by-kind', attributeKeys: { included: ['kind'] } } },
      { selector: orders, stream: { name: 'total', attributeKeys: { included: [] } } },
    );
    assert.deepEqual(names(metrics).slice(0, 2), ['by-kind', 'total']);
  });

  test('boundaries: a view is stronger than advice, advice stronger than the default', () => {
    const boundaries = (views: ViewConfig[], advice?: number[]) => {
      const { meter, reader } = createTestMeter({ views });
      meter.createHistogram('h', advice && { advice: { explicitBucketBoundaries: advice } }).record(1);
      return Array.from(pointsOf<HistogramPoint>(collect(reader), 'h')[0]!.boundaries);
    };
    const view: ViewConfig = {
      selector: {},
      stream: { aggregation: { kind: 'explicit_bucket_histogram', boundaries: [9] } },
    };
    assert.deepEqual(boundaries([view], [1, 2]), [9]);
    assert.deepEqual(boundaries([], [1, 2]), [1, 2]);
    assert.equal(boundaries([]).length, 15);
    assert.equal(boundaries([], [2, 1]).length, 15);
  });
});

describe('cardinality', () => {
  test('100,000 sets of attributes make no more series than the limit, and nothing is lost', () => {
    const { meter, reader } = createTestMeter();
    const counter = meter.createCounter('c');
    for (let i = 0; i < 100_000; i++) counter.add(1, { host: `h${i}.example.com`, path: `/${i * 7}` });
    const points = pointsOf(collect(reader), 'c');
    assert.equal(points.length, 2000);
    const overflow = points.filter(({ attributes }) => attributes['otel.metric.overflow'] === true);
    assert.deepEqual(
      overflow.map(({ attributes, value }) => [Object.keys(attributes).length, value]),
      [[1, 100_000 - 1999]],
    );
    assert.equal(
      points.reduce((sum, { value }) => sum + value, 0),
      100_000,
    );
  });

  test('the limit of a view, and of observable instruments', () => {
    const { meter, reader } = createTestMeter({
      views: [{ selector: {}, stream: { cardinalityLimit: 3 } }],
    });
    meter.createObservableUpDownCounter('o').addCallback((result) => {
      for (let i = 0; i < 10; i++) result.observe(i, { i });
    });
    const expected = { 'i=0': 0, 'i=1': 1, 'otel.metric.overflow=true': 44 };
    assert.deepEqual(values(collect(reader), 'o'), expected);
    assert.deepEqual(values(collect(reader), 'o'), expected);
  });

  test('with delta, what was counted as overflow gets a series again when there is room', () => {
    const { meter, reader } = createTestMeter({ temporality: 'delta', cardinalityLimit: 2 });
    const counter = meter.createCounter('c');
    const [a, b] = [counter.series({ s: 'a' }), counter.series({ s: 'b' })];
    a.add(1);
    b.add(2);
    assert.deepEqual(values(collect(reader), 'c'), { 's=a': 1, 'otel.metric.overflow=true': 2 });
    assert.deepEqual(collect(reader), []);
    b.add(3);
    a.add(4);
    assert.deepEqual(values(collect(reader), 'c'), { 's=b': 3, 'otel.metric.overflow=true': 4 });
  });

  test('equal attributes in another order are one series; a text cannot pose as another key', () => {
    const { meter, reader } = createTestMeter();
    const counter = meter.createCounter('c');
    counter.add(1, { a: 'x', b: 'y' });
    counter.add(1, { b: 'y', a: 'x' });
    counter.add(1, { a: 'x1:bs1:y' });
    counter.add(1, { a: '1' });
    counter.add(1, { a: 1 });
    counter.add(1, { a: [1, 2] });
    counter.add(1, { a: [1, 2], b: undefined });
    assert.deepEqual(
      pointsOf(collect(reader), 'c').map(({ value }) => value),
      [2, 1, 1, 1, 2],
    );
  });
});

describe('instruments', () => {
  test('created twice they are one, whatever the case of the name', () => {
    const { meter, reader, provider } = createTestMeter();
    meter.createCounter('requests').add(1);
    meter.createCounter('Requests', { description: 'another' }).add(1);
    provider.getMeter('test', '').createCounter('requests').add(1);
    assert.deepEqual(values(collect(reader), 'requests'), { '': 3 });
  });

  test('of another kind or unit they are two of one name', () => {
    const { meter, reader } = createTestMeter();
    meter.createCounter('x').add(1);
    meter.createUpDownCounter('x').add(2);
    meter.createCounter('x', { unit: 's' }).add(3);
    assert.deepEqual(
      collect(reader).map((metric) => [metric.name, metric.unit]),
      [
        ['x', ''],
        ['x', ''],
        ['x', 's'],
      ],
    );
  });

  test('the last name that is allowed and the first that is not', () => {
    const { meter, reader } = createTestMeter();
    const allowed = [`a${'b'.repeat(254)}`, 'a.b/c-d_e9', 'A'];
    const refused = ['', '1a', `a${'b'.repeat(255)}`, 'a b', 'ä', undefined, 7];
    for (const name of [...allowed, ...refused]) meter.createCounter(name as string).add(1);
    assert.deepEqual(names(collect(reader)), allowed);
  });

  test('measurements that are none are left out', () => {
    const { meter, reader } = createTestMeter();
    const wrong = [Number.NaN, Number.POSITIVE_INFINITY, '5', undefined, null, {}] as number[];
    const counter = meter.createCounter('counter');
    const gauge = meter.createGauge('gauge');
    const histogram = meter.createHistogram('histogram');
    for (const value of [...wrong, -1]) {
      counter.add(value);
      histogram.record(value);
    }
    gauge.record(-2);
    for (const value of wrong) gauge.record(value);
    const metrics = collect(reader);
    assert.deepEqual(names(metrics), ['gauge']);
    assert.deepEqual(values(metrics, 'gauge'), { '': -2 });
  });

  test('what is no attribute is left out, and harms nobody', () => {
    const { meter, reader } = createTestMeter({ exemplarFilter: 'always_on' });
    const counter = meter.createCounter('c');
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const failing = {
      get a(): string {
        throw new Error('no');
      },
    };
    for (const attributes of [{ a: circular }, { a: 1n }, { a: Symbol('s') }, { '': 'x' }, null, 'text'])
      counter.add(1, attributes as never);
    for (const attributes of [failing, { a: [1n] }]) counter.add(1, attributes as never);
    assert.deepEqual(values(collect(reader), 'c'), { '': 6 });
  });

  test('integers lose their fraction', () => {
    const { meter, reader } = createTestMeter();
    const counter = meter.createUpDownCounter('c', { valueType: 0 });
    counter.add(2.9);
    counter.add(-1.9);
    assert.deepEqual(values(collect(reader), 'c'), { '': 1 });
  });

  test('of a background meter, nothing calls for an export', () => {
    const calls: string[] = [];
    const provider = createMeterProvider({
      readers: [
        {
          temporality: 'cumulative',
          onMeasured: () => calls.push('measured'),
          onCallback: (isBackground) => calls.push(isBackground ? 'background' : 'callback'),
        },
      ],
      exemplarFilter: 'always_off',
    });
    const background = provider.getMeter('runtime', '1', { isBackground: true });
    background.createObservableGauge('g').addCallback((result) => result.observe(1));
    assert.equal(collect(provider.readers[0]!).length, 1);
    assert.deepEqual(calls, ['background']);
    const meter = provider.getMeter('program');
    const counter = meter.createCounter('c');
    counter.add(1);
    counter.add(1);
    meter.createObservableGauge('g').addCallback(() => {});
    assert.deepEqual(calls, ['background', 'measured', 'callback']);
  });
});
