import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramRun, runProgram, startProgram } from '../harness/run-program';

const endings = join(__dirname, '../../fixtures/core/endings.cjs');
const server = join(__dirname, '../../fixtures/core/serve.cjs');
const nobody = 'http://127.0.0.1:1';

function spoolDirectory(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'spool-'));
  t.after(() => rmSync(parent, { recursive: true }));
  return join(parent, 'spool');
}

async function receiver(t: TestContext, port = 0): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver(port);
  t.after(() => started.stop());
  return started;
}

const settings = (directory: string, url: string) => ({
  OTEL_NODE_SPOOL_DIRECTORY: directory,
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
});

/** Two spans, then the end. */
function run(directory: string, url: string, ending = 'natural'): Promise<ProgramRun> {
  return runProgram([endings, ending], {
    preload: true,
    env: settings(directory, url),
    timeoutMillis: 15_000,
  });
}

const files = (directory: string) => readdirSync(directory).sort();

describe('what could not be delivered', () => {
  for (const ending of ['natural', 'exit 3', 'throw']) {
    test(`is sent by the next run, ${ending}`, async (t) => {
      const directory = spoolDirectory(t);
      const collector = await receiver(t);
      const first = await run(directory, nobody, ending);
      assert.match(
        first.stderr,
        /^otel-instrument: spans kept in files for the next run, .*: 2 \(ECONNREFUSED/m,
      );
      assert.equal(files(directory).length, 1);
      const second = await run(directory, collector.url, ending);
      assert.doesNotMatch(second.stderr, /otel-instrument/);
      await collector.drained();
      assert.equal(collector.spans.length, 4);
      const pids = collector.requests.map(({ spans }) => spans[0]!.resource['process.pid']);
      assert.equal(new Set(pids).size, 2);
      assert.deepEqual(files(directory), []);
    });
  }

  test('is sent oldest first', async (t) => {
    const directory = spoolDirectory(t);
    const collector = await receiver(t);
    for (let runs = 0; runs < 3; runs++) await run(directory, nobody);
    await run(directory, collector.url);
    await collector.drained();
    const starts = collector.requests.slice(1).map(({ spans }) => spans[0]!.startTimeUnixNano);
    assert.equal(starts.length, 3);
    assert.deepEqual(starts, [...starts].sort());
  });

  test('is sent in the same run when the collector is back', async (t) => {
    const directory = spoolDirectory(t);
    const probe = await startOtlpReceiver();
    await probe.stop();
    await run(directory, nobody);
    const running = startProgram([server], {
      preload: true,
      env: { ...settings(directory, probe.url), OTEL_BSP_SCHEDULE_DELAY: '10' },
      timeoutMillis: 60_000,
    });
    t.after(() => running.child.kill('SIGKILL'));
    const port = Number((await running.waitForStdout(/port (\d+);/))[1]);
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    const collector = await receiver(t, probe.port);
    await collector.waitForSpans(3);
    while (files(directory).length > 0) await setTimeout(20);
  });

  test('is sent by one of many processes', async (t) => {
    const directory = spoolDirectory(t);
    const collector = await receiver(t);
    for (let runs = 0; runs < 4; runs++) await run(directory, nobody);
    await Promise.all(Array.from({ length: 4 }, () => run(directory, collector.url)));
    await collector.drained();
    assert.equal(new Set(collector.spans.map(({ spanId }) => spanId)).size, collector.spans.length);
    assert.equal(collector.spans.length, 16);
    assert.deepEqual(files(directory), []);
  });
});

describe('the program ends as ever', () => {
  test('when the directory cannot be made', async (t) => {
    const directory = spoolDirectory(t);
    writeFileSync(directory, 'a file is in the way');
    const { stderr, exitCode } = await run(directory, nobody, 'exit 3');
    assert.equal(exitCode, 3);
    assert.match(
      stderr,
      /cannot write to OTEL_NODE_SPOOL_DIRECTORY \(.*\): what is not delivered is dropped$/m,
    );
    assert.match(stderr, /spans not delivered to \S+ at the end of the process: 2 \(ECONNREFUSED/);
    assert.equal(stderr.match(/^otel-instrument/gm)!.length, 2);
  });

  test('with a damaged file, which costs one line', async (t) => {
    const directory = spoolDirectory(t);
    const collector = await receiver(t);
    await run(directory, nobody);
    const path = join(directory, files(directory)[0]!);
    writeFileSync(path, 'torn');
    const { stderr, exitCode } = await run(directory, collector.url);
    assert.equal(exitCode, 0);
    assert.match(
      stderr,
      /^otel-instrument: a file in OTEL_NODE_SPOOL_DIRECTORY is damaged and skipped: .*\n$/,
    );
    assert.deepEqual(files(directory), []);
    await collector.drained();
    assert.equal(collector.spans.length, 2);
  });
});
