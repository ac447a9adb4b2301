import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { MicroResult } from './micro';
import type { NodeBinary } from './options';
import { table } from './statistics';

/**
 * Runs the microbenchmarks on a Node, bundled as the package is.
 *
 * @throws Error with their output when they fail
 */
export async function runMicro(node: NodeBinary): Promise<string> {
  const bundle = join(__dirname, '.run', 'micro.cjs');
  buildSync({
    entryPoints: [join(__dirname, 'micro.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18.19',
    external: ['bun:jsc', '@mitata/counters'], // of mitata, where they exist
    logLevel: 'error',
  });
  const { status, stdout, stderr } = spawnSync(node.path, ['--expose-gc', bundle], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the microbenchmarks failed: ${stderr}`);
  const results = JSON.parse(stdout) as MicroResult[];
  const rows = results.map(({ name, nanos, lowestNanos, bytes }) => [
    name,
    nanos.toFixed(nanos < 100 ? 1 : 0),
    lowestNanos.toFixed(lowestNanos < 100 ? 1 : 0),
    bytes.toFixed(0),
  ]);
  const header = ['operation', 'ns, median', 'ns, lowest', 'bytes of heap'];
  return `### Microbenchmarks\n\n${table(header, rows)}`;
}
