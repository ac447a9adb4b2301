import { measureNanos, type Nanos } from './mitata';
import { operations } from './operations';

/** One measured operation. */
export interface MicroResult extends Nanos {
  readonly name: string;
}

async function main(): Promise<void> {
  const results: MicroResult[] = [];
  for (const [name, operation] of Object.entries(operations))
    results.push({ name, ...(await measureNanos(operation)) });
  process.stdout.write(JSON.stringify(results));
}

void main();
