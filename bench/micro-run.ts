import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { heapArguments } from './heap-bytes';
import type { MicroResult } from './micro';
import type { NodeBinary } from './options';
import { table } from './statistics';

/**
 * Runs the microbenchmarks on a Node.
 *
 * @throws Error with their output when they fail
 */
export async function runMicro(node: NodeBinary): Promise<string> {
  const results = runBundled<MicroResult[]>('micro', node.path, []);
  const bytes = measureAllocations(node.path);
  const rows = results.map(({ name, nanos, lowestNanos }) => [
    name,
    nanos.toFixed(nanos < 100 ? 1 : 0),
    lowestNanos.toFixed(lowestNanos < 100 ? 1 : 0),
    bytes[name]!.toFixed(0),
  ]);
  const header = ['operation', 'ns, median', 'ns, lowest', 'bytes of heap'];
  return `mitata; bytes by the growth of the heap.\n\n${table(header, rows)}`;
}

/** Bytes of heap that each of the operations takes. @throws Error when they fail */
export function measureAllocations(node: string): Record<string, number> {
  return runBundled('allocations', node, [...heapArguments, '--single-threaded']);
}

/** Runs a file of this folder, bundled as the package is. @returns what it writes. */
function runBundled<T>(name: string, node: string, nodeArguments: readonly string[]): T {
  const bundle = join(__dirname, '.run', `${name}.cjs`);
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18.19',
    external: ['bun:jsc', '@mitata/counters'], // of mitata, where they exist
    logLevel: 'error',
  });
  const { status, stdout, stderr } = spawnSync(node, [...nodeArguments, bundle], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  return JSON.parse(stdout) as T;
}
