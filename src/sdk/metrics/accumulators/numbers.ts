import type { Accumulator, Measured } from './accumulator';

/** Adds measurements up. */
export class SumAccumulator implements Accumulator {
  private readonly sum = new Float64Array(1);

  add(value: number): number {
    this.sum[0]! += value;
    return 0;
  }

  take(reset: boolean): Measured<'sum'> {
    const value = this.sum[0]!;
    if (reset) this.sum[0] = 0;
    return { value };
  }
}

/**
 * Takes totals as an observable counter reports them. Those that a view brings together within one collection are added; from one collection to the
 * next the difference is what `delta` means.
 */
export class ObservedSumAccumulator implements Accumulator {
  private observed = 0;
  private previous = 0;

  add(value: number): number {
    this.observed += value;
    return 0;
  }

  take(isDelta: boolean): Measured<'sum'> {
    const value = isDelta ? this.observed - this.previous : this.observed;
    this.previous = this.observed;
    this.observed = 0;
    return { value };
  }
}

/** Keeps the newest measurement. */
export class LastValueAccumulator implements Accumulator {
  private readonly last = new Float64Array(1);

  add(value: number): number {
    this.last[0] = value;
    return 0;
  }

  take(): Measured<'gauge'> {
    return { value: this.last[0]! };
  }
}
