import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { nodeVersion, nodeVersionsToTest } from '../test/harness/node-versions';

export const partNames = [
  'start',
  'first',
  'modules',
  'http',
  'express',
  'none',
  'delay',
  'idle',
  'throughput',
  'micro',
  'instructions',
] as const;
export type PartName = (typeof partNames)[number];

/** A Node to measure on. */
export interface NodeBinary {
  readonly path: string;
  readonly version: string;
}

export interface Options {
  readonly rounds: number;
  /** Done even when a part's time is over. */
  readonly leastRounds: number;
  readonly nodes: readonly NodeBinary[];
  readonly parts: readonly PartName[];
  /** A quarter of the requests: to see that everything works, not to quote. */
  readonly quick: boolean;
}

const newest = nodeVersionsToTest.at(-1)!;

export const usage = `npm run bench -- [options]
  --rounds <n>     rounds, in each of which every agent has its turn (default: 5, or fewer when a part's time is over)
  --node <node>    a Node to measure on: a path, or an exact version that \`npx tsx test/harness/node-versions.ts <version>\`
                   has fetched; may be repeated (default: the one running, and ${newest} if it has been fetched)
  --only <parts>   a list of ${partNames.join(', ')}
                   (default: all but the last, which needs Valgrind); bench/results.md keeps what it has of the others
  --quick          two rounds and a quarter of the requests; nothing is written to bench/results.md`;

/**
 * Reads the command line.
 *
 * @throws Error that says what is wrong with it
 */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      node: { type: 'string', multiple: true },
      only: { type: 'string', default: partNames.filter((name) => name !== 'instructions').join(',') },
      quick: { type: 'boolean', default: false },
    },
  });
  const quick = values.quick;
  const rounds = Number(values.rounds ?? (quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds: expected a positive integer, got "${values.rounds}"`);
  }
  const leastRounds = values.rounds === undefined ? Math.min(rounds, 3) : rounds;
  const only = values.only.split(',').map((name) => {
    const part = partNames.find((known) => known === name);
    if (!part) throw new Error(`--only: expected some of ${partNames.join(', ')}, got "${name}"`);
    return part;
  });
  const nodes = (values.node ?? defaultNodes()).map(findNode);
  return { rounds, leastRounds, nodes, parts: only, quick };
}

function defaultNodes(): string[] {
  const isThere = typeof nodeVersion(newest) === 'string' && newest !== process.versions.node;
  return isThere ? [process.execPath, newest] : [process.execPath];
}

function findNode(pathOrVersion: string): NodeBinary {
  const path = /^\d+\.\d+\.\d+$/.test(pathOrVersion) ? nodeVersion(pathOrVersion) : pathOrVersion;
  if (typeof path !== 'string') throw new Error(`--node: ${path.message}`);
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`--node: ${path} does not run`);
  return { path, version: stdout.trim().slice(1) };
}
