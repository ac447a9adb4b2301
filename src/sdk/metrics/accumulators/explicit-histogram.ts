import type { Accumulator, Measured } from './accumulator';

/** Counts measurements in buckets with given upper bounds (metrics SDK specification, "Explicit Bucket Histogram Aggregation"). */
export class ExplicitHistogramAccumulator implements Accumulator {
  private readonly counts: Float64Array;
  /** Sum, minimum, maximum. */
  private readonly totals = new Float64Array(emptyTotals);

  constructor(
    private readonly boundaries: Float64Array,
    private readonly hasSum: boolean,
    private readonly hasMinMax: boolean,
  ) {
    this.counts = new Float64Array(boundaries.length + 1);
  }

  add(value: number): number {
    const bucket = this.bucketOf(value);
    const { totals } = this;
    this.counts[bucket]!++;
    totals[0]! += value;
    if (value < totals[1]!) totals[1] = value;
    if (value > totals[2]!) totals[2] = value;
    return bucket;
  }

  /** The first bucket whose upper bound is not below the value. */
  private bucketOf(value: number): number {
    const { boundaries } = this;
    let low = 0;
    let high = boundaries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= boundaries[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  take(reset: boolean): Measured<'histogram'> {
    const { counts, totals } = this;
    const bucketCounts: number[] = [];
    let count = 0;
    for (let i = 0; i < counts.length; i++) {
      bucketCounts.push(counts[i]!);
      count += counts[i]!;
    }
    const hasRange = this.hasMinMax && count > 0;
    const taken = {
      count,
      sum: this.hasSum ? totals[0]! : undefined,
      min: hasRange ? totals[1]! : undefined,
      max: hasRange ? totals[2]! : undefined,
      boundaries: this.boundaries,
      bucketCounts,
    };
    if (reset) {
      counts.fill(0);
      totals.set(emptyTotals);
    }
    return taken;
  }
}

const emptyTotals = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
