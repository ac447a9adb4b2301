import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { loadedFilesPreload } from '../../bench/measure-start';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { registerPath, runProgram } from '../harness/run-program';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const pool = join(__dirname, '../../fixtures/core/workers/pool.cjs');
const count = 8;

/** Runs the pool. @returns what each worker read of our files, and how many spans of workers came. */
async function runPool(t: TestContext, node: string, env: Readonly<Record<string, string>> = {}) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const { stdout, stderr } = await runProgram(
    ['--require', loadedFilesPreload, '--require', registerPath, pool, `${count}`],
    { node, env: { ...tracesOnly, ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
  );
  assert.equal(stderr, '');
  await receiver.drained();
  const lines = stdout.trim().split('\n');
  return {
    read: lines.map((line) => JSON.parse(line) as string[]),
    spans: receiver.spans.filter(({ attributes }) => 'thread.id' in attributes).length,
  };
}

const tracesOnly = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

for (const version of [process.versions.node, '20.6.0', '22.23.3', '24.21.0', '26.10.0']) {
  const node = nodeVersion(version);
  const options = { skip: typeof node === 'string' ? false : node.message };
  describe(`the code of workers, Node ${version}`, options, () => {
    test('comes from the main thread, a file more with each worker', async (t) => {
      const { read, spans } = await runPool(t, node as string);
      assert.ok(read[0]!.includes('dist/agent.js'), `the first reads all: ${read[0]}`);
      assert.ok(!read[1]!.includes('dist/agent.js'), `the second does not: ${read[1]}`);
      assert.deepEqual(read.at(-1), ['register.js', 'dist/preload.js']);
      assert.equal(spans, count);
    });

    test('serves although the flags of V8 have changed by then', async (t) => {
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const runs = await withAndWithout(
        [pool, `${count}`, '--no-flush-bytecode'],
        { node: node as string },
        { env: { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
      );
      assertSameRun(runs);
      await receiver.drained();
      assert.equal(receiver.spans.filter(({ attributes }) => 'thread.id' in attributes).length, count);
    });
  });
}

for (const version of ['22.23.3', '26.10.0']) {
  const node = nodeVersion(version);
  const options = { skip: typeof node === 'string' ? false : node.message };
  test(`is left to Node where it keeps compiled files, Node ${version}`, options, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'compile-cache-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    for (const run of ['fills it', 'uses it']) {
      const { read, spans } = await runPool(t, node as string, { NODE_COMPILE_CACHE: directory });
      assert.ok(read.at(-1)!.includes('dist/agent.js'), run);
      assert.equal(spans, count, run);
    }
  });
}
