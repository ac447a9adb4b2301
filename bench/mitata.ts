/** Nanoseconds of one call. */
export interface Nanos {
  /** The median of mitata's samples. */
  readonly nanos: number;
  readonly lowestNanos: number;
}

// mitata is a package of bench/ alone, so its types are not there when the whole repository is checked.
const { measure, do_not_optimize: keep } = require('mitata') as {
  measure(fn: () => unknown, options: object): Promise<{ p50: number; min: number }>;
  do_not_optimize(value: unknown): void;
};

/**
 * A sample is 4096 calls. Where the first calls are slow, mitata would take single ones, and their median leaves out what is done once in 32 or 512 calls:
 * the encoding.
 */
const inBatches = {
  warmup_threshold: Number.POSITIVE_INFINITY,
  batch_threshold: Number.POSITIVE_INFINITY,
};

/** Measures an operation again and again, for about a second. */
export async function measureNanos(operation: () => unknown): Promise<Nanos> {
  const { p50, min } = await measure(() => keep(operation()), inBatches);
  return { nanos: p50, lowestNanos: min };
}
