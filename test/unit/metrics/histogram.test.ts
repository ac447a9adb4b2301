import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bucketIndex } from '../../../src/sdk/metrics/accumulators/bucket-index';
import { ExplicitHistogramAccumulator } from '../../../src/sdk/metrics/accumulators/explicit-histogram';
import { ExponentialHistogramAccumulator } from '../../../src/sdk/metrics/accumulators/exponential-histogram';

describe('explicit buckets', () => {
  const of = (...boundaries: number[]) =>
    new ExplicitHistogramAccumulator(Float64Array.from(boundaries), true, true);

  test('a bound belongs to the bucket below it', () => {
    const histogram = of(0, 5, 10);
    for (const value of [0, 0.1, 5, 5.1, 10, 10.1, 1e300]) histogram.add(value);
    assert.deepEqual(Array.from(histogram.take(false).bucketCounts), [1, 2, 2, 2]);
  });

  test('sum, count, minimum and maximum', () => {
    const histogram = of(1);
    for (const value of [3, 0.5, 7]) histogram.add(value);
    const { count, sum, min, max } = histogram.take(false);
    assert.deepEqual({ count, sum, min, max }, { count: 3, sum: 10.5, min: 0.5, max: 7 });
  });

  test('without boundaries there is one bucket', () => {
    const histogram = of();
    histogram.add(4);
    assert.deepEqual(Array.from(histogram.take(false).bucketCounts), [1]);
  });

  test('a reset leaves nothing, and what was taken does not change', () => {
    const histogram = of(1);
    histogram.add(4);
    const taken = histogram.take(true);
    histogram.add(0);
    assert.deepEqual(Array.from(taken.bucketCounts), [0, 1]);
    const { bucketCounts, min, max, sum } = histogram.take(true);
    assert.deepEqual([Array.from(bucketCounts), min, max, sum], [[1, 0], 0, 0, 0]);
    assert.equal(histogram.take(true).min, undefined);
  });

  test('no sum where measurements can be negative, no range where nobody wants it', () => {
    const histogram = new ExplicitHistogramAccumulator(Float64Array.of(0), false, false);
    histogram.add(-3);
    const { sum, min, max, count } = histogram.take(false);
    assert.deepEqual([sum, min, max, count], [undefined, undefined, undefined, 1]);
  });
});

describe('index of an exponential bucket', () => {
  // Bounds are (base^index, base^(index + 1)], so a power of the base lies in the bucket below.
  const cases: [value: number, scale: number, index: number][] = [
    [1, 0, -1],
    [2, 0, 0],
    [2.0000001, 0, 1],
    [4, 0, 1],
    [0.5, 0, -2],
    [0.75, 0, -1],
    [1, -1, -1],
    [4, -1, 0],
    [5, -1, 1],
    [16, -2, 0],
    [17, -2, 1],
    [0.25, -1, -2],
    [1, 20, -1],
    [2, 20, 2 ** 20 - 1],
    [4, 1, 3],
    [2 ** 0.5 * 1.0000001, 1, 1],
    [3, 1, 3],
    [Number.MAX_VALUE, 0, 1023],
    [Number.MAX_VALUE, 20, 1024 * 2 ** 20 - 1],
    [Number.MAX_VALUE, -10, 0],
    [Number.MAX_VALUE, -11, 0],
    [2 ** -1022, 0, -1023],
    [2 ** -1022, 20, -1022 * 2 ** 20 - 1],
    [2 ** -1022, -11, -1],
    // Subnormals count as the smallest normal number.
    [Number.MIN_VALUE, 0, -1023],
    [Number.MIN_VALUE, 20, -1022 * 2 ** 20 - 1],
    [2 ** -1023, 3, -1022 * 8 - 1],
  ];
  for (const [value, scale, index] of cases)
    test(`${value} at scale ${scale}`, () => assert.equal(bucketIndex(value, scale), index));

  test('never leaves its octave, whatever the logarithm is rounded to', () => {
    for (let exponent = -1021; exponent < 1023; exponent += 7) {
      const power = 2 ** exponent;
      const above = power * (1 + Number.EPSILON);
      const below = power * (1 - Number.EPSILON / 2);
      for (const scale of [1, 5, 20]) {
        const perOctave = 2 ** scale;
        assert.equal(bucketIndex(power, scale), exponent * perOctave - 1);
        assert.equal(bucketIndex(above, scale), exponent * perOctave, `above 2^${exponent} at ${scale}`);
        assert.equal(bucketIndex(below, scale), exponent * perOctave - 1, `below 2^${exponent} at ${scale}`);
      }
    }
  });
});

describe('exponential buckets', () => {
  const take = (maxSize: number, values: number[], maxScale = 20) => {
    const histogram = new ExponentialHistogramAccumulator(maxSize, maxScale, true, true);
    for (const value of values) histogram.add(value);
    const { positive, negative, ...rest } = histogram.take(false);
    return {
      ...rest,
      positive: { offset: positive.offset, counts: Array.from(positive.counts) },
      negative: { offset: negative.offset, counts: Array.from(negative.counts) },
    };
  };

  test('the scale falls only as far as it must', () => {
    // 1, 2, 4 at four buckets: at scale 1 they are in -1, 1 and 3, a range of five; at scale 0 in -1, 0 and 1.
    const { scale, positive } = take(4, [1, 2, 4]);
    assert.equal(scale, 0);
    assert.deepEqual(positive, { offset: -1, counts: [1, 1, 1] });
  });

  test('one value keeps the finest scale', () => {
    assert.equal(take(160, [3, 3, 3]).scale, 20);
    assert.equal(take(160, [3, 3, 3], 4).scale, 4);
  });

  test('values in any order come to the same', () => {
    const numbers = Array.from({ length: 50 }, (_, i) => 1.7 ** (i - 25));
    const forwards = take(8, numbers);
    assert.deepEqual(take(8, [...numbers].reverse()), {
      ...forwards,
      sum: take(8, [...numbers].reverse()).sum,
    });
    assert.equal(
      forwards.positive.counts.reduce((a, b) => a + b, 0),
      50,
    );
    assert.ok(forwards.positive.counts.length <= 8);
  });

  test('the whole range of doubles fits into two buckets', () => {
    const { scale, positive } = take(2, [Number.MIN_VALUE, Number.MAX_VALUE, 1]);
    assert.equal(scale, -10);
    assert.deepEqual(positive, { offset: -1, counts: [2, 1] });
  });

  test('zero and negative values have places of their own, at one scale', () => {
    const { zeroCount, negative, positive, count, scale } = take(2, [0, 0, -4, -1, 2]);
    assert.deepEqual([zeroCount, count, scale], [2, 5, -1]);
    assert.deepEqual(negative, { offset: -1, counts: [1, 1] });
    assert.deepEqual(positive, { offset: 0, counts: [1] });
  });

  test('every value is within the bounds of its bucket', () => {
    const numbers = Array.from({ length: 2000 }, () => Math.exp(Math.random() * 40 - 20));
    const { scale, positive } = take(160, numbers);
    const base = 2 ** (2 ** -scale);
    const expected = positive.counts.map((_, i) => {
      const [low, high] = [base ** (positive.offset + i), base ** (positive.offset + i + 1)];
      return numbers.filter((value) => value > low && value <= high).length;
    });
    assert.deepEqual(positive.counts, expected);
  });

  test('a reset goes back to the finest scale', () => {
    const histogram = new ExponentialHistogramAccumulator(2, 20, true, true);
    for (const value of [1, 1000]) histogram.add(value);
    assert.ok(histogram.take(true).scale < 0);
    histogram.add(5);
    const { scale, count, positive } = histogram.take(true);
    assert.deepEqual([scale, count, positive.counts.length], [20, 1, 1]);
  });
});
