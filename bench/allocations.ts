import { heapBytes } from './heap-bytes';
import { operations } from './operations';

// Bytes of heap by operation, and no clock: for the guard among the tests.
process.stdout.write(
  JSON.stringify(Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, heapBytes(run)]))),
);
