import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { nodeVersion } from '../harness/node-versions';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, type ProgramRun, startProgram } from '../harness/run-program';
import { assertSameRun } from '../harness/with-and-without';

const fixtures = join(__dirname, '../../fixtures/core');
const program = join(fixtures, 'endings.cjs');

/** How a program ends: its argument, and the signal it is sent when it waits. */
const endings: readonly (readonly [ending: string, signal?: NodeJS.Signals])[] = [
  ['natural'],
  ['exit 0'],
  ['exit 3'],
  ['exit code'],
  ['throw'],
  ['reject'],
  ['exit in handler'],
  ['throw in handler'],
  ['reallyExit'],
  ['abort'],
  ['kill SIGTERM'],
  ['kill SIGINT'],
  ['kill SIGKILL'],
  ['kill SIGQUIT'],
  ['kill SIGUSR2 after listening once'],
  ['kill the group'],
  ['kill with a listener'],
  ['kill nothing'],
  ['exit in own listener'],
  ['wait', 'SIGTERM'],
  ['wait', 'SIGINT'],
  ['wait', 'SIGHUP'],
  ['wait with listener', 'SIGTERM'],
  ['wait with listener', 'SIGINT'],
  ['wait with listener', 'SIGHUP'],
  ['wait and exit', 'SIGTERM'],
  ['wait and count', 'SIGTERM'],
];

/** Time that a run may take longer because this machine is busy. */
const schedulingMillis = 400;

async function run(
  ending: string,
  signal: NodeJS.Signals | undefined,
  options: ProgramOptions = {},
  file = program,
) {
  const running = startProgram([file, ending], { timeoutMillis: 15_000, ...options });
  if (signal) {
    await running.waitForStdout(/waiting/);
    running.child.kill(signal);
  }
  const ended = await running.ended;
  return { ...ended, stderr: ended.stderr.replace(abortNoise, '') };
}

/** What `process.abort` prints: where things lie in memory, and a frame of Node's (see {@link assertSameRun}). */
const abortNoise = /0x[0-9a-f]+|^\d+: callbackTrampoline .*\n/gm;

const unfinishedKey = 'otel_instrument.span.unfinished';
const names = ({ spans }: OtlpReceiver) =>
  spans
    .map(({ name, kind, attributes }) => `${name} ${kind}${attributes[unfinishedKey] ? ' unfinished' : ''}`)
    .sort();

describe('with a collector', () => {
  for (const version of [process.versions.node, '18.19.0', '22.14.0', '24.21.0', '26.10.0']) {
    for (const [ending, signal] of endings) {
      test(`${ending} ${signal ?? ''} on Node ${version}`, async (t) => {
        const node = nodeVersion(version);
        if (typeof node !== 'string') return t.skip(node.message);
        const receiver = await receiverFor(t);
        const plain = await run(ending, signal, { node });
        const traced = await run(ending, signal, {
          node,
          preload: true,
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
        });
        assertSameRun({ plain, traced });
        await receiver.drained();
        const finished = ['GET 1', 'GET 2'];
        const open = ending.endsWith('in handler') ? ['GET 1 unfinished', 'GET 2 unfinished'] : [];
        assert.deepEqual(names(receiver), [...finished, ...open].sort(), 'the request and the answer');
        assert.equal(receiver.spans[0]!.traceId, receiver.spans[1]!.traceId);
      });
    }
  }

  for (const ending of ['natural', 'exit 3'] as const) {
    test(`${ending}, over TLS`, async (t) => {
      const receiver = await receiverFor(t);
      const secure = await startTlsProxy(t, receiver.port);
      if (secure === undefined) return t.skip('openssl is missing');
      const plain = await run(ending, undefined);
      const traced = await run(ending, undefined, {
        preload: true,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: secure.url,
          OTEL_NODE_EXIT_TIMEOUT: '5000',
          NODE_EXTRA_CA_CERTS: secure.certificate,
        },
      });
      assertSameRun({ plain, traced });
      await receiver.drained();
      assert.deepEqual(names(receiver), ['GET 1', 'GET 2']);
    });
  }

  test('compressed', async (t) => {
    const receiver = await receiverFor(t);
    await run('exit 0', undefined, {
      preload: true,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' },
    });
    await receiver.drained();
    assert.deepEqual(names(receiver), ['GET 1', 'GET 2']);
    assert.equal(receiver.requests[0]!.headers['content-encoding'], 'gzip');
  });

  test('after an export, with a connection open, nothing is sent twice', async (t) => {
    const receiver = await receiverFor(t);
    const running = startProgram([program, 'wait and exit'], {
      preload: true,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    });
    await receiver.waitForSpans(2);
    running.child.kill('SIGTERM');
    assert.equal((await running.ended).exitCode, 7);
    await receiver.drained();
    assert.deepEqual(names(receiver), ['GET 1', 'GET 2']);
  });
});

/** What is left of the spans that the program does not end, and ends in its `exit` listener. */
const openEndings: readonly (readonly [ending: string, signal?: NodeJS.Signals])[] = [
  ['natural'],
  ['exit 3'],
  ['exit in own listener'],
  ['throw in own listener'],
  ['throw'],
  ['throw at once'],
  ['reject'],
  ['reallyExit'],
  ['abort'],
  ['wait', 'SIGTERM'],
  ['wait', 'SIGINT'],
  ['wait', 'SIGHUP'],
  ['many listeners'],
  ['remove all listeners'],
  ['wait, own listener removed', 'SIGTERM'],
  ['wait, all listeners removed', 'SIGTERM'],
];
/** Those that call no `exit` listener. */
const silentEndings = /^(reallyExit|abort|wait|remove all)/;

describe('spans that are open at the end', () => {
  const openProgram = join(fixtures, 'endings-open.cjs');
  for (const version of [process.versions.node, '18.19.0', '22.14.0', '24.21.0', '26.10.0']) {
    for (const [ending, signal] of openEndings) {
      test(`${ending} ${signal ?? ''} on Node ${version}`, async (t) => {
        const node = nodeVersion(version);
        if (typeof node !== 'string') return t.skip(node.message);
        const receiver = await receiverFor(t);
        const plain = await run(ending, signal, { node }, openProgram);
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
        const traced = await run(ending, signal, { node, env, preload: true }, openProgram);
        assertSameRun({ plain, traced });
        await receiver.drained();
        const late = silentEndings.test(ending) ? 'late 0 unfinished' : 'late 0';
        assert.deepEqual(names(receiver), [late, 'open 0 unfinished']);
        for (const span of receiver.spans) assert.equal(span.status.code, 0);
      });
    }
  }
});

describe('while a span is open', () => {
  const args = [join(fixtures, 'endings-open.cjs'), 'wait for the second'];

  test('a second signal ends the program that listened for one', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const [plain, traced] = await Promise.all(
      [{}, { preload: true, env }].map(async (options) => {
        const running = startProgram(args, { timeoutMillis: 15_000, ...options });
        await running.waitForStdout(/waiting/);
        running.child.kill('SIGTERM');
        await running.waitForStdout(/once more/);
        running.child.kill('SIGTERM');
        return running.ended;
      }),
    );
    assertSameRun({ plain: plain!, traced: traced! });
    assert.equal(traced!.signal, 'SIGTERM');
    await receiver.drained();
    assert.deepEqual(names(receiver), ['late 0 unfinished', 'open 0 unfinished']);
  });

  test('the first process of a container outlives a signal that it does not listen for, and goes on', async (t) => {
    if (spawnSync('unshare', ['--pid', '--fork', 'true']).status !== 0)
      return t.skip('unshare is not permitted');
    const receiver = await receiverFor(t);
    const source = `
      const tracer = globalThis[Symbol.for('opentelemetry.js.api.1')].trace.getTracer('program');
      const span = tracer.startSpan('open');
      tracer.startSpan('ended').end();
      process.kill(process.pid, 'SIGTERM');
      setTimeout(() => span.end(), 100);`;
    const { exitCode, stderr } = await startProgram(
      ['--pid', '--fork', '--kill-child', process.execPath, '-e', source],
      { node: 'unshare', preload: true, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
    ).ended;
    assert.deepEqual([exitCode, stderr], [0, '']);
    await receiver.drained();
    assert.deepEqual(names(receiver), ['ended 0', 'open 0']);
  });
});

describe('without a span', () => {
  test('nothing is sent', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const plain = await startProgram(['-e', 'console.log(1)']).ended;
    const traced = await startProgram(['-e', 'console.log(1)'], { preload: true, env }).ended;
    assertSameRun({ plain, traced });
    assertNotLater(plain, traced, 0);
    await receiver.drained();
    assert.equal(receiver.requests.length, 0);
  });

  test('a server dies of SIGTERM at once, even while it blocks', async () => {
    const source = `require('node:http').createServer().listen(0, () => { console.log('waiting'); while (true); })`;
    const running = startProgram(['-e', source], { preload: true, timeoutMillis: 10_000 });
    await running.waitForStdout(/waiting/);
    const sentAt = performance.now();
    running.child.kill('SIGTERM');
    const { signal } = await running.ended;
    assert.equal(signal, 'SIGTERM');
    assert.ok(performance.now() - sentAt < schedulingMillis);
  });
});

test('a script that waits for a command and made no span dies of a signal at once', async () => {
  const source = `
    require('node:fs').writeSync(1, 'waiting\\n');
    try { require('node:child_process').execSync('sleep 5'); } catch {}
    console.log('went on');`;
  const runs = await Promise.all(
    [false, true].map(async (preload) => {
      const running = startProgram(['-e', source], { preload, timeoutMillis: 10_000 });
      await running.waitForStdout(/waiting/);
      running.child.kill('SIGINT');
      return running.ended;
    }),
  );
  for (const { signal, stdout } of runs) assert.deepEqual([signal, stdout], ['SIGINT', 'waiting\n']);
});

test('a delivered span leaves no signal listener behind', async (t) => {
  const receiver = await receiverFor(t);
  const running = startProgram([join(fixtures, 'listeners.cjs')], {
    preload: true,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_METRIC_EXPORT_INTERVAL: '300',
      OTEL_METRIC_EXPORT_TIMEOUT: '300',
    },
  });
  const { stdout, stderr } = await running.ended;
  assert.equal(stderr, '');
  assert.equal(stdout, 'while it waits: 0 counted, 0 seen\nafterwards: 0 counted, 0 seen\n');
});

/** TLS in front of the receiver; undefined where there is no openssl to make a certificate. */
async function startTlsProxy(t: TestContext, port: number) {
  const directory = mkdtempSync(join(tmpdir(), 'otel-instrument-tls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=DNS:localhost'];
  const { status } = spawnSync('openssl', [...make, ...names, '-keyout', key, '-out', certificate]);
  if (status !== 0) return undefined;
  const server = tls.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
    const inner = connect(port, '127.0.0.1');
    socket.on('error', () => inner.destroy()).pipe(inner);
    inner.on('error', () => socket.destroy()).pipe(socket);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, certificate };
}

function assertNotLater(plain: ProgramRun, traced: ProgramRun, budgetMillis: number): void {
  const late = traced.durationMillis - plain.durationMillis;
  assert.ok(late < budgetMillis + schedulingMillis, `ended ${Math.round(late)} ms later`);
}

async function receiverFor(t: TestContext): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  return receiver;
}
