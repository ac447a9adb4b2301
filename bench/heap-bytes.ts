/** Arguments of node with which a run of {@link heapBytes} ends before the young generation is full: no collection takes away what it counts. */
export const heapArguments = [
  '--expose-gc',
  '--single-threaded',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
];

const warmUps = 20_000;
const repetitions = 10_000;

/** Bytes of JavaScript heap that an operation takes each time, by the growth over many; once it is compiled as it stays. */
export function heapBytes(operation: () => unknown): number {
  for (let i = 0; i < warmUps; i++) operation();
  const growths: number[] = [];
  for (let run = 0; run < 5; run++) {
    globalThis.gc!();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < repetitions; i++) operation();
    growths.push(process.memoryUsage().heapUsed - before);
  }
  growths.sort((a, b) => a - b);
  return Math.max(0, growths[2]! / repetitions);
}
