import { operations } from './operations';

/** One measured operation. */
export interface MicroResult {
  readonly name: string;
  /** Median and lowest of mitata's samples. */
  readonly nanos: number;
  readonly lowestNanos: number;
}

// mitata is a package of bench/ alone, so its types are not there when the whole repository is checked.
const { measure, do_not_optimize: keep } = require('mitata') as {
  measure(fn: () => unknown): Promise<{ p50: number; min: number }>;
  do_not_optimize(value: unknown): void;
};

async function main(): Promise<void> {
  const results: MicroResult[] = [];
  for (const [name, operation] of Object.entries(operations)) {
    const { p50, min } = await measure(() => keep(operation()));
    results.push({ name, nanos: p50, lowestNanos: min });
  }
  process.stdout.write(JSON.stringify(results));
}

void main();
