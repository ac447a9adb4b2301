import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
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
const exitTimeoutMillis = 500;

async function run(ending: string, signal: NodeJS.Signals | undefined, options: ProgramOptions = {}) {
  const running = startProgram([program, ending], { timeoutMillis: 15_000, ...options });
  if (signal) {
    await running.waitForStdout(/waiting/);
    running.child.kill(signal);
  }
  return running.ended;
}

const names = ({ spans }: OtlpReceiver) => spans.map(({ name, kind }) => `${name} ${kind}`).sort();

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
        // What is under way when the process ends has no span yet, but for the request that ends it.
        assert.deepEqual(names(receiver), ['GET 1', 'GET 2'], 'the request and the answer');
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

describe('without a collector', () => {
  let silent: string;
  const server = createServer(() => {});
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    silent = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const endpoints = { refusing: () => 'http://127.0.0.1:1', hanging: () => silent };
  for (const [name, endpoint] of Object.entries(endpoints)) {
    for (const [ending, signal] of endings) {
      test(`${name}: ${ending} ${signal ?? ''}`, async () => {
        const plain = await run(ending, signal);
        const traced = await run(ending, signal, {
          preload: true,
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint() },
        });
        assertSameRun({ plain, traced }, 1);
        const budget = name === 'hanging' ? exitTimeoutMillis : 0;
        assertNotLater(plain, traced, budget);
      });
    }
  }
});

describe('a connection that never opens', () => {
  for (const version of [process.versions.node, '18.19.0', '22.14.0', '26.10.0']) {
    test(`does not hold a program that is done, Node ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      const endpoint = await startFullServer(t);
      const plain = await run('natural, later', undefined, { node });
      const traced = await run('natural, later', undefined, {
        node,
        preload: true,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '10' },
      });
      assertSameRun({ plain, traced }, 1);
      // The connect under way is given up after 400 ms, then comes the last attempt.
      assertNotLater(plain, traced, 400 + exitTimeoutMillis);
    });
  }
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

test('a delivered span leaves no signal listener behind', async (t) => {
  const receiver = await receiverFor(t);
  const running = startProgram([join(fixtures, 'listeners.cjs')], {
    preload: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '20' },
  });
  const { stdout, stderr } = await running.ended;
  assert.equal(stderr, '');
  assert.equal(stdout, 'while it waits: 1 counted, 0 seen\nafterwards: 0 counted, 0 seen\n');
});

/** A server that never accepts, its queue full: the kernel answers no further connect. */
async function startFullServer(t: TestContext): Promise<string> {
  const source = `
    require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
      require('node:fs').writeSync(1, 'port ' + this.address().port + ';');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const server = startProgram(['-e', source]);
  t.after(() => server.child.kill('SIGKILL'));
  const port = Number((await server.waitForStdout(/port (\d+);/))[1]);
  const connections = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  t.after(() => {
    for (const connection of connections) connection.destroy();
  });
  await once(connections[0]!, 'connect');
  return `http://127.0.0.1:${port}`;
}

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
