import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type Agent, knownAgents } from './agents';
import { heapArguments } from './heap-bytes';
import type { MicroResult } from './micro';
import type { NodeBinary } from './options';
import { median, spread, table } from './statistics';

/**
 * Runs the microbenchmarks on a Node.
 *
 * @param turns how often one span of ours and one of the peer's are measured, in turn
 * @throws Error with their output when they fail
 */
export function runMicro(node: NodeBinary, agents: readonly Agent[], turns: number): string {
  const spans = compareSpans(node.path, knownAgents(agents).sameLibraries, turns);
  return `mitata; bytes by the growth of the heap.\n\n${spans}\n\n${measureOperations(node.path)}`;
}

function measureOperations(node: string): string {
  const { run } = bundled('micro', node);
  const results: MicroResult[] = run();
  const bytes = measureAllocations(node);
  const rows = results.map(({ name, nanos, lowestNanos }) => [
    name,
    nanos.toFixed(nanos < 100 ? 1 : 0),
    lowestNanos.toFixed(lowestNanos < 100 ? 1 : 0),
    bytes[name]!.toFixed(0),
  ]);
  return table(['operation', 'ns, median', 'ns, lowest', 'bytes of heap'], rows);
}

/** One span of ours and one of the SDK on which a peer depends, in turn, so that a drifting machine hits both alike. */
function compareSpans(node: string, peer: Agent, turns: number): string {
  const { run } = bundled('one-span', node);
  const recorders = [
    { name: 'otel-instrument', file: [] },
    { name: `OpenTelemetry's SDK, of ${peer.name} ${peer.version}`, file: [peer.preload!] },
  ].map((recorder) => ({ ...recorder, nanos: [] as number[] }));
  for (let turn = 0; turn < turns; turn++)
    for (const { file, nanos } of recorders) nanos.push(run([], ['nanos', ...file]));

  const [ours] = recorders as [(typeof recorders)[number]];
  const rows = recorders.map((recorder) => [
    recorder.name,
    spread(recorder.nanos),
    recorder === ours ? '' : (median(ours.nanos) / median(recorder.nanos)).toFixed(2),
    run<number>(heapArguments, ['bytes', ...recorder.file]).toFixed(0),
  ]);
  const header = [
    'a span: start, 9 attributes, end, encode 512 together',
    'ns',
    'ours / theirs',
    'bytes of heap',
  ];
  return `${turns} turns each.\n\n${table(header, rows)}`;
}

/** Bytes of heap that each of the operations takes. @throws Error when they fail */
export function measureAllocations(node: string): Record<string, number> {
  return bundled('allocations', node).run(heapArguments);
}

/** A file of this folder, bundled as the package is. `run` returns what it writes. */
function bundled(name: string, node: string) {
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
  return { run };

  function run<T>(nodeArguments: readonly string[] = [], args: readonly string[] = []): T {
    const { status, stdout, stderr } = spawnSync(node, [...nodeArguments, bundle, ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
    return JSON.parse(stdout) as T;
  }
}
