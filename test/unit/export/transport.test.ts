import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Outcome, Transport } from '../../../src/export/outcome';
import { createHttpTransport } from '../../../src/export/transport/http';
import { maxResponseBytes, outcomeOf } from '../../../src/export/transport/http-response';
import { encodePartialSuccess } from '../../harness/decode';

const nothing = new Uint8Array();

describe('what an HTTP answer means', () => {
  for (const status of [200, 202, 204, 299])
    test(`${status}: success`, () =>
      assert.deepEqual(outcomeOf(status, undefined, nothing), { kind: 'success' }));
  for (const status of [429, 502, 503, 504])
    test(`${status}: try again`, () => assert.equal(outcomeOf(status, undefined, nothing).kind, 'retryable'));
  test('413: try in halves', () => assert.equal(outcomeOf(413, undefined, nothing).kind, 'tooLarge'));
  for (const status of [100, 301, 400, 401, 404, 408, 500, 501, 505])
    test(`${status}: give up`, () =>
      assert.deepEqual(outcomeOf(status, '1', nothing), { kind: 'failure', reason: `HTTP ${status}` }));

  const delays: readonly [header: string | undefined, millis: number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['7', 7000],
    ['1.5', 1500],
    ['-5', 0],
    ['86400', 300_000],
    ['soon', undefined],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ];
  for (const [header, millis] of delays) {
    test(`Retry-After: ${header}`, () =>
      assert.deepEqual(outcomeOf(503, header, nothing), {
        kind: 'retryable',
        reason: 'HTTP 503',
        delayMillis: millis,
      }));
  }
  test('Retry-After: a date', () => {
    const { delayMillis } = outcomeOf(429, new Date(Date.now() + 60_000).toUTCString(), nothing) as {
      delayMillis: number;
    };
    assert.ok(delayMillis > 58_000 && delayMillis <= 60_000, String(delayMillis));
  });

  const success = { kind: 'success' };
  const bodies: readonly [title: string, body: Uint8Array, outcome: unknown][] = [
    ['nothing refused', encodePartialSuccess(0, ''), success],
    [
      'some refused',
      encodePartialSuccess(3, 'too old'),
      { ...success, rejected: { count: 3, message: 'too old' } },
    ],
    [
      'many refused',
      encodePartialSuccess(2 ** 40, ''),
      { ...success, rejected: { count: 2 ** 40, message: '' } },
    ],
    [
      'a warning',
      encodePartialSuccess(0, 'slow down'),
      { ...success, rejected: { count: 0, message: 'slow down' } },
    ],
    ['JSON', Buffer.from('{"partialSuccess":{}}'), success],
    ['cut off', encodePartialSuccess(3, 'too old').subarray(0, 5), success],
    ['unknown fields', Buffer.from([0x10, 1, 0x1a, 1, 65]), success],
  ];
  for (const [title, body, outcome] of bodies)
    test(`200, ${title}`, () => assert.deepEqual(outcomeOf(200, undefined, body), outcome));
});

describe('HTTP', () => {
  async function server(
    t: TestContext,
    handle: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void,
  ) {
    const listening = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      handle(request, Buffer.concat(chunks), response);
    }).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    t.after(() => {
      listening.close();
      listening.closeAllConnections();
    });
    return (listening.address() as AddressInfo).port;
  }
  const transportTo = (url: string, compression: 'gzip' | 'none' = 'none') =>
    createHttpTransport({ url, headers: { 'x-key': 'secret' }, compression }, 'agent/1');
  const send = (transport: Transport, body: Uint8Array, timeoutMillis = 5000) => {
    const keepsAlive = setInterval(() => {}, 1000);
    return new Promise<Outcome>((resolve) => transport.send(body, timeoutMillis, resolve)).finally(() =>
      clearInterval(keepsAlive),
    );
  };

  for (const compression of ['none', 'gzip'] as const) {
    test(`sends body and headers over one connection, ${compression}`, async (t) => {
      const ports = new Set<number>();
      const bodies: string[] = [];
      const port = await server(t, (request, body, response) => {
        ports.add(request.socket.remotePort!);
        bodies.push(String(compression === 'gzip' ? gunzipSync(body) : body));
        const { method, url, headers } = request;
        assert.deepEqual(
          [method, url, headers['x-key'], headers['user-agent']],
          ['POST', '/a?b=c', 'secret', 'agent/1'],
        );
        assert.equal(headers['content-type'], 'application/x-protobuf');
        assert.equal(headers['content-encoding'], compression === 'gzip' ? 'gzip' : undefined);
        assert.equal(headers['content-length'], String(body.length));
        assert.equal(headers.authorization, `Basic ${Buffer.from('us er:p@ss').toString('base64')}`);
        response.end();
      });
      const transport = transportTo(`http://us%20er:p%40ss@127.0.0.1:${port}/a?b=c`, compression);
      t.after(() => transport.shutdown());
      for (const body of ['first', 'second'])
        assert.deepEqual(await send(transport, Buffer.from(body)), { kind: 'success' });
      assert.deepEqual(bodies, ['first', 'second']);
      assert.equal(ports.size, 1);
    });
  }

  test('nobody listens', async () => {
    assert.deepEqual(await send(transportTo('http://127.0.0.1:1/'), nothing), {
      kind: 'retryable',
      reason: 'ECONNREFUSED',
    });
    assert.deepEqual(transportTo('http://127.0.0.1:1/').sendSync(nothing, 500), {
      kind: 'retryable',
      reason: 'ECONNREFUSED',
    });
  });

  test('no answer in time', async (t) => {
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const transport = transportTo(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
    assert.deepEqual(await send(transport, nothing, 50.4), {
      kind: 'retryable',
      reason: 'no answer in 50 ms',
      isUnanswered: true,
    });
    const startedAt = performance.now();
    assert.equal(transport.sendSync(nothing, 100).kind, 'retryable');
    assert.ok(performance.now() - startedAt < 400);
  });

  test('an answer that is too large', async (t) => {
    const port = await server(t, (_request, _body, response) =>
      response.end(Buffer.alloc(maxResponseBytes + 1)),
    );
    const outcome = await send(transportTo(`http://127.0.0.1:${port}/`), nothing);
    assert.equal(outcome.kind, 'failure');
  });

  test('an answer that breaks off', async (t) => {
    const port = await server(t, (_request, _body, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('abc');
      setImmediate(() => response.destroy());
    });
    assert.equal((await send(transportTo(`http://127.0.0.1:${port}/`), nothing)).kind, 'retryable');
  });

  for (const host of ['127.0.0.1', 'localhost']) {
    test(`without the event loop, to ${host}`, async (t) => {
      const got: string[] = [];
      const port = await server(t, (request, body, response) => {
        got.push(`${request.headers['x-key']} ${request.headers.host} ${body.length}`);
        response.writeHead(got.length === 1 ? 200 : 503, { 'retry-after': '2' }).end('ok');
      });
      // Blocks its own event loop, so it must be another process than the server.
      const script = `
        const { createHttpTransport } = require(${JSON.stringify(join(__dirname, '../../../src/export/transport/http.ts'))});
        const transport = createHttpTransport({ url: 'http://${host}:${port}/', headers: { 'x-key': 'k' }, compression: 'none' }, 'a');
        console.log(JSON.stringify([3e6, 5].map((size) => transport.sendSync(new Uint8Array(size), 5000))));`;
      const { stdout } = await new Promise<{ stdout: string }>((resolve, reject) =>
        execFile(process.execPath, [...process.execArgv, '-e', script], (error, stdout) =>
          error ? reject(error) : resolve({ stdout }),
        ),
      );
      assert.deepEqual(JSON.parse(stdout), [
        { kind: 'success' },
        { kind: 'retryable', reason: 'HTTP 503', delayMillis: 2000 },
      ]);
      assert.deepEqual(got, [`k ${host}:${port} 3000000`, `k ${host}:${port} 5`]);
    });
  }
});
