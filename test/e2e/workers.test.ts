import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { satisfies } from 'semver';
import { nodeVersions as handsOver } from '../../src/threads/offer';
import { startChaosCollector } from '../harness/chaos-collector';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramRun, runProgram, startProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const program = join(__dirname, '../../fixtures/core/workers/app.cjs');
const tracesOnly = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

/** How workers are started and how they end, with the number of those that make requests. */
const ways: Readonly<Record<string, number>> = {
  natural: 1,
  exit: 1,
  throw: 1,
  terminate: 1,
  'end of the process': 1,
  'busy main thread': 1,
  nested: 2,
  eval: 1,
  'execArgv: []': 1,
  'env: SHARE_ENV': 1,
  resourceLimits: 1,
  'stdout: true': 1,
  'several at once': 4,
};

for (const version of [
  process.versions.node,
  '18.19.0',
  '20.6.0',
  '22.14.0',
  '22.22.2',
  '24.21.0',
  '26.10.0',
]) {
  const node = nodeVersion(version);
  describe(`worker threads, Node ${version}`, {
    skip: typeof node === 'string' ? false : node.message,
  }, () => {
    for (const [way, count] of Object.entries(ways)) {
      // Where a worker exports for itself, it has nobody who does so when it is stopped.
      if (!satisfies(version, handsOver) && ['terminate', 'end of the process'].includes(way)) continue;
      test(way, async (t) => {
        const receiver = await startOtlpReceiver();
        t.after(() => receiver.stop());
        const runs = await withAndWithout(
          [program, way],
          { node: node as string },
          { env: { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
        );
        assertSameRun({ plain: sorted(runs.plain), traced: sorted(runs.traced) });
        assert.match(runs.plain.stdout, /from: 'the main thread'/);
        await receiver.drained();

        // The server is in the main thread, the clients are in the workers; each span came once.
        const ofThread = (isMain: boolean) =>
          receiver.spans.filter(({ attributes }) => 'thread.id' in attributes !== isMain);
        const ids = receiver.spans.map(({ spanId }) => spanId);
        assert.equal(new Set(ids).size, ids.length);
        assert.deepEqual(ofThread(true).map(kindAndPath).sort(), times(count, ['1 /first', '1 /second']));
        assert.deepEqual(ofThread(false).map(kindAndPath).sort(), times(count, ['2 /first', '2 /second']));
        const threadIds = new Set(ofThread(false).map(({ attributes }) => attributes['thread.id']));
        assert.equal(threadIds.size, count);
        if (satisfies(version, handsOver) && count === 1) {
          const instances = new Set(receiver.spans.map(({ resource }) => resource['service.instance.id']));
          assert.equal(instances.size, way === 'busy main thread' ? instances.size : 1);
        }
      });
    }
  });
}

test('a worker with an empty environment is traced as the main thread is', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const env = { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const registered = ['--require', join(__dirname, '../../register.js')];
  const { stderr, exitCode } = await runProgram([...registered, program, 'env: {}'], { env });
  // Its settings are the defaults, so there are metrics, which the main thread does not ask for.
  assert.doesNotMatch(stderr, /spans/);
  assert.equal(exitCode, 0);
  await receiver.drained();
  assert.deepEqual(receiver.spans.map(kindAndPath).sort(), [
    '1 /first',
    '1 /second',
    '2 /first',
    '2 /second',
  ]);
});

test('a worker that is traced where the main thread is not exports for itself', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const env = {
    ...tracesOnly,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    NODE_OPTIONS: `--require ${join(__dirname, '../../register.js')}`,
    OTEL_NODE_DORMANT_COMMANDS: 'nothing',
  };
  const source = `const { Worker } = require('node:worker_threads');
    const server = require('node:http').createServer((_, response) => response.end()).listen(0, '127.0.0.1', () => {
      const workerData = { port: server.address().port, way: 'natural' };
      new Worker(${JSON.stringify(join(program, '../worker.cjs'))}, { workerData, env: ${JSON.stringify(env)} })
        .on('exit', () => server.close());
    });`;
  const { stderr, exitCode } = await runProgram(['-e', source]);
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
  await receiver.drained();
  assert.deepEqual(receiver.spans.map(kindAndPath).sort(), ['2 /first', '2 /second']);
});

test('spans that come faster than the main thread takes them are dropped and said to be', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const flood = withApi('flood.cjs');
  const total = 20_000;
  const { stdout, stderr, exitCode } = await runProgram([flood, `${total}`], {
    preload: true,
    env: { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_NODE_EXIT_TIMEOUT: '20000' },
  });
  assert.equal(stdout, 'memory is bounded\n');
  assert.equal(exitCode, 0);
  assert.match(stderr, /^otel-instrument: telemetry of worker threads is dropped: .*\n$/);
  await receiver.drained();
  const ids = new Set(receiver.spans.map(({ spanId }) => spanId));
  assert.equal(ids.size, receiver.spans.length);
  // A ring holds about 2,500 of them; those that are kept are the oldest.
  assert.ok(ids.size > 1000 && ids.size < total / 2, `${ids.size} came`);
  assert.deepEqual(
    receiver.spans.slice(0, 3).map(({ name }) => name),
    ['first', 'span 0', 'span 1'],
  );
});

for (const version of [process.versions.node, '20.6.0', '22.22.2', '24.21.0', '26.10.0']) {
  const node = nodeVersion(version);
  const options = { skip: typeof node === 'string' ? false : node.message };
  for (const way of ['terminate', 'exit']) {
    for (const work of ['blocked', 'waiting']) {
      test(
        `a span that is open when its worker is stopped arrives, Node ${version}, ${way}, ${work}`,
        options,
        async (t) => {
          const receiver = await startOtlpReceiver();
          t.after(() => receiver.stop());
          const open = withApi('open.cjs');
          const runs = await withAndWithout(
            [open, way, work],
            { node: node as string },
            { env: { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
          );
          assertSameRun(runs);
          assert.equal(runs.plain.exitCode, way === 'exit' ? 5 : 0);
          await receiver.drained();
          assert.deepEqual(receiver.spans.map(({ name }) => name).sort(), ['finished', 'job']);
          const [finished, job] = ['finished', 'job'].map(
            (name) => receiver.spans.find((span) => span.name === name)!,
          );
          assert.equal(job!.attributes['thread.id'], finished!.attributes['thread.id']);
          assert.equal(finished!.attributes['otel_instrument.span.unfinished'], undefined);
          assert.equal(job!.attributes['otel_instrument.span.unfinished'], true);
          assert.equal(job!.attributes.number, 7);
          assert.equal(job!.attributes.learned, work === 'blocked' ? undefined : 'later');
          assert.ok(job!.endTimeUnixNano > job!.startTimeUnixNano);
        },
      );
    }
  }

  test(
    `a signal waits for a span that is open in a worker, with nothing else to deliver, Node ${version}`,
    options,
    async (t) => {
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const open = withApi('open-alone.cjs');
      const runs = await withAndWithout(
        [open],
        { node: node as string },
        { env: { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
      );
      assertSameRun(runs);
      assert.equal(runs.plain.signal, 'SIGTERM');
      await receiver.drained();
      const spans = receiver.spans.map(({ name, attributes }) => [
        name,
        attributes['otel_instrument.span.unfinished'],
      ]);
      assert.deepEqual(spans, [['job', true]]);
    },
  );
}

test('a worker that is stopped while it delivers its last holds up nobody', async (t) => {
  const collector = await startChaosCollector();
  t.after(() => collector.stop());
  await collector.behave('hang');
  const leaving = withApi('leaving.cjs');
  const running = startProgram([leaving], {
    preload: true,
    env: { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_NODE_EXIT_TIMEOUT: '8000' },
  });
  await Promise.all([collector.nextRequest(), running.waitForStdout(/gone/)]);
  const start = performance.now();
  assert.equal((await running.ended).exitCode, 0);
  const millis = performance.now() - start;
  assert.ok(millis < 2000, `held up for ${millis} ms`);
});

for (const version of [process.versions.node, '20.6.0', '22.22.2', '24.21.0', '26.10.0']) {
  const node = nodeVersion(version);
  const options = { skip: typeof node === 'string' ? false : node.message };
  for (const way of ['natural', 'throw', 'several at once']) {
    test(`metrics of workers leave with the main thread's, Node ${version}, ${way}`, options, async (t) => {
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const { stderr } = await runProgram([program, way], {
        node: node as string,
        preload: true,
        env: { OTEL_LOGS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      });
      assert.doesNotMatch(stderr, /otel-instrument/);
      await receiver.drained();
      const requests = receiver.requests.filter(({ path }) => path === '/v1/metrics');
      assert.equal(requests.length, 1);
      const durations = receiver.metrics.filter(({ name }) => name === 'http.client.request.duration');
      const threadIds = durations.flatMap(({ points }) =>
        points.map(({ attributes }) => attributes['thread.id']),
      );
      assert.equal(new Set(threadIds).size, way === 'several at once' ? 4 : 1);
      assert.equal(threadIds.length, new Set(threadIds).size);
      assert.ok(!threadIds.includes(undefined));
      const ofServer = receiver.metrics.find(({ name }) => name === 'http.server.request.duration');
      assert.equal(ofServer!.points[0]!.attributes['thread.id'], undefined);
    });
  }
}

test('a worker that only helps is left in peace: a transport of pino', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const set = versionSets('pino').at(-1)!;
  const logging = join(layProgram(join(program, '..'), set.directory), 'pino.cjs');
  const env = { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const runs = await withAndWithout([logging], {}, { env });
  assertSameRun(runs);
  assert.match(runs.plain.stdout, /through a worker/);
  await receiver.drained();
  assert.deepEqual(receiver.requests, []);
});

/** A program beside the first one that makes spans by the API. */
function withApi(file: string): string {
  const { directory } = versionSets('api').find(({ version }) => version === '1.9.1')!;
  return join(layProgram(join(program, '..'), directory), file);
}

function kindAndPath({
  kind,
  attributes,
}: {
  kind: number;
  attributes: Readonly<Record<string, unknown>>;
}): string {
  return `${kind} ${attributes['url.path'] ?? new URL(String(attributes['url.full'])).pathname}`;
}

function times(count: number, items: readonly string[]): string[] {
  return items.flatMap((item) => Array.from({ length: count }, () => item));
}

/** Workers that run at the same time tell what they have to tell in any order. */
function sorted(run: ProgramRun): ProgramRun {
  return { ...run, stdout: run.stdout.split('\n').sort().join('\n') };
}
