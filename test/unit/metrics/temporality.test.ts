import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HistogramPoint } from '../../../src/model/metric-data';
import { createMeterProvider } from '../../../src/sdk/metrics/meter-provider';
import { collect, createTestMeter, pointsOf, values } from './harness';

describe('cumulative', () => {
  test('values go on, the start stays', () => {
    const { meter, reader } = createTestMeter();
    const counter = meter.createCounter('c');
    counter.add(1, { a: 1 });
    const [first] = pointsOf(collect(reader), 'c');
    counter.add(2, { a: 1 });
    const [second] = pointsOf(collect(reader), 'c');
    assert.deepEqual([first!.value, second!.value], [1, 3]);
    assert.equal(first!.startMillis, second!.startMillis);
    assert.ok(second!.timeMillis > first!.timeMillis && first!.timeMillis >= first!.startMillis);
  });

  test('a series is reported again without a new measurement', () => {
    const { meter, reader } = createTestMeter();
    meter.createUpDownCounter('u').add(-4);
    collect(reader);
    assert.deepEqual(values(collect(reader), 'u'), { '': -4 });
  });
});

describe('delta', () => {
  test('each collection starts from nothing, where the one before ended', () => {
    const { meter, reader } = createTestMeter({ temporality: 'delta' });
    const counter = meter.createCounter('c');
    counter.add(1);
    const [first] = pointsOf(collect(reader), 'c');
    counter.add(2);
    const [second] = pointsOf(collect(reader), 'c');
    assert.deepEqual([first!.value, second!.value], [1, 2]);
    assert.equal(second!.startMillis, first!.timeMillis);
  });

  test('without a measurement there is no point, and a resolved series comes back', () => {
    const { meter, reader } = createTestMeter({ temporality: 'delta' });
    const histogram = meter.createHistogram('h');
    const series = histogram.series({ a: 'b' });
    series.record(1);
    collect(reader);
    assert.deepEqual(collect(reader), []);
    series.record(7);
    series.record(8);
    histogram.record(9, { a: 'b' });
    const points = pointsOf<HistogramPoint>(collect(reader), 'h');
    assert.equal(points.length, 1);
    assert.deepEqual([points[0]!.count, points[0]!.sum], [3, 24]);
  });

  test('a series that was only resolved is no point', () => {
    for (const temporality of ['delta', 'cumulative'] as const) {
      const { meter, reader } = createTestMeter({ temporality });
      meter.createCounter('c').series({ a: 1 });
      assert.deepEqual(collect(reader), []);
    }
  });

  test('up-down counters stay cumulative', () => {
    const { meter, reader } = createTestMeter({ temporality: 'delta' });
    const counter = meter.createUpDownCounter('u');
    counter.add(5);
    collect(reader);
    counter.add(-2);
    const metrics = collect(reader);
    assert.deepEqual(values(metrics, 'u'), { '': 3 });
    assert.equal(metrics[0]!.type === 'sum' && metrics[0]!.temporality, 'cumulative');
  });
});

describe('observable instruments', () => {
  test('cumulative reports what is observed, delta the difference, lowmemory what is observed', () => {
    const totals = [10, 25];
    const expected = { cumulative: [10, 25], delta: [10, 15], lowmemory: [10, 25] };
    for (const temporality of ['cumulative', 'delta', 'lowmemory'] as const) {
      const { meter, reader } = createTestMeter({ temporality });
      let round = 0;
      meter.createObservableCounter('c').addCallback((result) => result.observe(totals[round]!));
      const seen = totals.map((_, index) => {
        round = index;
        return values(collect(reader), 'c')[''];
      });
      assert.deepEqual(seen, expected[temporality], temporality);
    }
  });

  test('what is not observed is not there', () => {
    const { meter, reader } = createTestMeter();
    let ids = ['a', 'b'];
    meter.createObservableGauge('g').addCallback((result) => {
      for (const id of ids) result.observe(1, { id });
    });
    assert.deepEqual(values(collect(reader), 'g'), { 'id=a': 1, 'id=b': 1 });
    ids = ['b'];
    assert.deepEqual(values(collect(reader), 'g'), { 'id=b': 1 });
  });

  test('the last observation of a callback counts; a failing callback costs only its own', () => {
    const { meter, reader } = createTestMeter();
    const gauge = meter.createObservableGauge('g');
    gauge.addCallback((result) => {
      result.observe(1);
      result.observe(2);
    });
    gauge.addCallback(() => {
      throw new Error('no');
    });
    assert.deepEqual(values(collect(reader), 'g'), { '': 2 });
  });

  test('batch callbacks observe for the instruments they were registered with, until they are removed', () => {
    const { meter, reader } = createTestMeter();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => meter.createObservableGauge(name)) as [
      never,
      never,
      never,
    ];
    const callback = (result: { observe(target: never, value: number): void }) => {
      for (const target of [a, b, c]) result.observe(target, 7);
    };
    meter.addBatchObservableCallback(callback as never, [a, b]);
    assert.deepEqual(
      collect(reader).map(({ name }) => name),
      ['a', 'b'],
    );
    meter.removeBatchObservableCallback(callback as never, [b, a]);
    assert.deepEqual(collect(reader), []);
  });

  test('asynchronous callbacks are waited for, up to the timeout', async () => {
    const { meter, reader } = createTestMeter();
    meter.createObservableGauge('soon').addCallback(async (result) => {
      await new Promise((resolve) => setImmediate(resolve));
      result.observe(1);
    });
    const once = () =>
      new Promise<string[]>((resolve) =>
        reader.collect(20, (scopes) =>
          resolve(scopes.flatMap(({ metrics }) => metrics.map(({ name }) => name))),
        ),
      );
    // Our own timers do not keep a process alive, and this one has nothing else to do.
    const keepAlive = setInterval(() => {}, 1000);
    try {
      assert.deepEqual(await once(), ['soon']);
      meter.createObservableGauge('never').addCallback(() => new Promise<void>(() => {}));
      meter.createObservableGauge('now').addCallback((result) => result.observe(1));
      assert.deepEqual(await once(), ['soon', 'now']);
    } finally {
      clearInterval(keepAlive);
    }
  });
});

test('each reader has its own temporality, and does not disturb the other', () => {
  const provider = createMeterProvider({
    readers: [{ temporality: 'delta' }, { temporality: 'cumulative' }],
    exemplarFilter: 'always_off',
  });
  const counter = provider.getMeter('m').createCounter('c');
  let total = 0;
  provider
    .getMeter('m')
    .createObservableCounter('o')
    .addCallback((result) => result.observe(total));
  const [delta, cumulative] = provider.readers as [never, never];
  const seen = [];
  for (const step of [1, 2, 3]) {
    counter.add(step);
    total += step;
    const both = [collect(delta), collect(cumulative)];
    seen.push(both.map((metrics) => [values(metrics, 'c')[''], values(metrics, 'o')['']]));
  }
  assert.deepEqual(seen, [
    [
      [1, 1],
      [1, 1],
    ],
    [
      [2, 2],
      [3, 3],
    ],
    [
      [3, 3],
      [6, 6],
    ],
  ]);
});
