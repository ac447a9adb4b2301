import type { ExponentialBuckets } from '../../../model/metric-data';
import type { Accumulator, Measured } from './accumulator';
import { bucketIndex } from './bucket-index';

/**
 * Counts measurements in buckets whose bounds grow by a constant factor, which it makes larger when the range no longer fits (metrics SDK
 * specification, "Base2 Exponential Bucket Histogram Aggregation").
 */
export class ExponentialHistogramAccumulator implements Accumulator {
  private scale: number;
  private readonly positive: Buckets;
  private readonly negative: Buckets;
  /** Sum, minimum, maximum, count, count of zeros. */
  private readonly totals = new Float64Array(emptyTotals);

  constructor(
    maxSize: number,
    private readonly maxScale: number,
    private readonly hasSum: boolean,
    private readonly hasMinMax: boolean,
  ) {
    this.scale = maxScale;
    this.positive = new Buckets(maxSize);
    this.negative = new Buckets(maxSize);
  }

  add(value: number): number {
    const { totals } = this;
    totals[0]! += value;
    if (value < totals[1]!) totals[1] = value;
    if (value > totals[2]!) totals[2] = value;
    totals[3]!++;
    if (value === 0) totals[4]!++;
    else if (value > 0) this.count(this.positive, value);
    else this.count(this.negative, -value);
    return 0;
  }

  private count(buckets: Buckets, magnitude: number): void {
    let index = bucketIndex(magnitude, this.scale);
    const steps = buckets.stepsToFit(index);
    if (steps > 0) {
      this.scale -= steps;
      this.positive.downscale(steps);
      this.negative.downscale(steps);
      index = bucketIndex(magnitude, this.scale);
    }
    buckets.increment(index);
  }

  take(reset: boolean): Measured<'exponentialHistogram'> {
    const [sum, min, max, count, zeroCount] = this.totals as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const hasRange = this.hasMinMax && count > 0;
    const taken = {
      count,
      sum: this.hasSum ? sum : undefined,
      min: hasRange ? min : undefined,
      max: hasRange ? max : undefined,
      scale: this.scale,
      zeroCount,
      positive: this.positive.copy(),
      negative: this.negative.copy(),
    };
    if (reset) {
      this.totals.set(emptyTotals);
      this.positive.clear();
      this.negative.clear();
      this.scale = this.maxScale;
    }
    return taken;
  }
}

const emptyTotals = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];

/** Counts for a window of at most `maxSize` neighbouring indices. */
class Buckets {
  private readonly counts: Float64Array;
  private lowest = 0;
  /** Below `lowest` if the window is empty. */
  private highest = -1;

  constructor(private readonly maxSize: number) {
    this.counts = new Float64Array(maxSize);
  }

  /** How often the resolution must be halved before the window can take `index`. */
  stepsToFit(index: number): number {
    if (this.highest < this.lowest) return 0;
    let low = Math.min(this.lowest, index);
    let high = Math.max(this.highest, index);
    let steps = 0;
    while (high - low >= this.maxSize) {
      low >>= 1;
      high >>= 1;
      steps++;
    }
    return steps;
  }

  increment(index: number): void {
    if (this.highest < this.lowest) this.lowest = this.highest = index;
    else if (index < this.lowest) {
      const shift = this.lowest - index;
      this.counts.copyWithin(shift, 0, this.highest - this.lowest + 1);
      this.counts.fill(0, 0, shift);
      this.lowest = index;
    } else if (index > this.highest) this.highest = index;
    this.counts[index - this.lowest]!++;
  }

  downscale(steps: number): void {
    if (this.highest < this.lowest) return;
    const { counts } = this;
    const size = this.highest - this.lowest + 1;
    const lowest = this.lowest >> steps;
    for (let i = 0; i < size; i++) {
      const count = counts[i]!;
      counts[i] = 0;
      counts[((this.lowest + i) >> steps) - lowest]! += count;
    }
    this.highest >>= steps;
    this.lowest = lowest;
  }

  clear(): void {
    this.counts.fill(0);
    this.lowest = 0;
    this.highest = -1;
  }

  copy(): ExponentialBuckets {
    const counts: number[] = [];
    for (let i = 0; i <= this.highest - this.lowest; i++) counts.push(this.counts[i]!);
    return { offset: this.lowest, counts };
  }
}
