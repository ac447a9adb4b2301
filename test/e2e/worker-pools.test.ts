import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { satisfies } from 'semver';
import { nodeVersions as handsOver } from '../../src/threads/offer';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import type { ProgramRun } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { fixturesDirectory } from '../harness/version-sets';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

/** A program that gives work to helper workers, each of which asks a server for some paths. */
interface PoolProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly exitCode?: number;
  /** Versions of Node. */
  readonly versions?: string;
}

const programs: readonly PoolProgram[] = [
  { file: 'piscina.mjs', args: ['destroy'] },
  // Below, piscina 4, which never ends so after an abort.
  { file: 'piscina.mjs', args: ['close'], versions: '>=20' },
  { file: 'piscina.mjs', args: ['natural'] },
  { file: 'piscina.mjs', args: ['exit'], exitCode: 4 },
  { file: 'piscina.mjs', args: ['destroy', 'disabled'] },
  { file: 'tinypool.mjs', args: ['worker_threads'] },
  { file: 'tinypool.mjs', args: ['worker_threads', 'isolated'] },
  { file: 'tinypool.mjs', args: ['child_process'] },
  { file: 'thread-stream.mjs', args: [] },
  { file: 'thread-stream.mjs', args: ['sync'] },
  { file: 'pino.mjs', args: ['natural'] },
  { file: 'pino.mjs', args: ['exit'], exitCode: 4 },
  { file: 'pino.mjs', args: ['throw'], exitCode: 1 },
];

/** What the tasks of a pool ask the main thread for. */
const tasks = ['/1', '/2', '/3', '/4', '/5', '/fails'];
/** What a transport asks a server in its own thread for. */
const lines = ['/first', '/second', '/third'];

for (const version of ['18.19.0', '20.6.0', '22.23.3', '26.10.0']) {
  const node = nodeVersion(version);
  const libraries = satisfies(version, '>=20') ? 'worker-pools' : 'worker-pools-node-18';
  const directory = layProgram(
    join(fixturesDirectory, 'core/worker-pools'),
    join(fixturesDirectory, 'versions', libraries),
  );
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const { file, args, exitCode = 0, versions = '*' } of programs) {
      if (!satisfies(version, versions)) continue;
      const isServing = /^(piscina|tinypool)/.test(file);
      const paths = isServing ? tasks : lines;
      const isThread = args[0] !== 'child_process';
      test(`${file} ${args.join(' ')}`, async (t) => {
        const receiver = await startOtlpReceiver();
        t.after(() => receiver.stop());
        const runs = await withAndWithout(
          [join(directory, file), ...args],
          { node: node as string },
          {
            env: {
              OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
              OTEL_METRICS_EXPORTER: 'none',
              OTEL_LOGS_EXPORTER: 'none',
            },
          },
        );
        assert.equal(runs.plain.exitCode, exitCode, runs.plain.stderr);
        assertSameRun({ plain: sorted(runs.plain), traced: sorted(runs.traced) });
        await receiver.drained();

        const ids = receiver.spans.map(({ spanId }) => spanId);
        assert.equal(new Set(ids).size, ids.length);
        const clients = receiver.spans.filter(({ kind }) => kind === 2);
        const asked = clients.map(({ attributes }) => new URL(String(attributes['url.full'])).pathname);
        if (!satisfies(version, handsOver)) for (const path of asked) assert.ok(paths.includes(path), path);
        else assert.deepEqual(asked.sort(), paths);
        for (const { attributes } of clients) assert.equal('thread.id' in attributes, isThread);
        const served = receiver.spans.filter(({ kind }) => kind === 1);
        if (isServing) assert.deepEqual(served.map(({ attributes }) => attributes['url.path']).sort(), paths);
        assert.equal(served.length + clients.length, receiver.spans.length);
      });
    }
  });
}

/** Workers print in any order. */
function sorted(run: ProgramRun): ProgramRun {
  return { ...run, stdout: run.stdout.split('\n').sort().join('\n') };
}
