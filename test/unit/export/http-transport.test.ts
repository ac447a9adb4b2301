import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Outcome } from '../../../src/export/outcome';
import { createGrpcTransport } from '../../../src/export/transport/grpc';
import { createHttpTransport, type HttpTarget } from '../../../src/export/transport/http';
import { maxResponseBytes } from '../../../src/export/transport/http-response';
import { createAuthority, serverOptions } from '../../harness/certificates';
import { startConnectProxy } from '../../harness/connect-proxy';
import { encodePartialSuccess } from '../../harness/decode';
import { grpc, startGrpcReceiver } from '../../harness/grpc-receiver';
import { sendSync } from '../../harness/send-sync';

type Handle = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const body = Buffer.from('telemetry');

async function server(t: TestContext, handle: Handle, address: string | [string] = ['127.0.0.1']) {
  const listening = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    handle(request, response, Buffer.concat(chunks));
  });
  if (typeof address === 'string') listening.listen(address);
  else listening.listen(0, address[0]);
  await once(listening, 'listening');
  t.after(() => {
    listening.close();
    listening.closeAllConnections();
  });
  return typeof address === 'string' ? 0 : (listening.address() as AddressInfo).port;
}

function send(t: TestContext, target: Partial<HttpTarget> & { url: string }, timeoutMillis = 5000) {
  const transport = createHttpTransport(
    { headers: { 'x-key': 'secret' }, compression: 'none', ...target },
    'agent/1',
  );
  t.after(() => transport.shutdown());
  const keepsAlive = setInterval(() => {}, 1000);
  return new Promise<Outcome>((resolve) => transport.send(body, timeoutMillis, resolve)).finally(() =>
    clearInterval(keepsAlive),
  );
}

const sendAtExit = async (
  target: Partial<HttpTarget> & { url: string },
  protocol: 'http' | 'grpc' = 'http',
) => (await sendSync(protocol, target, protocol === 'grpc' ? '' : String(body))).outcome;

const reasonOf = (outcome: Outcome) => (outcome as { reason: string }).reason;
const ok: Handle = (_request, response) => void response.end();

describe('redirects', () => {
  for (const status of [307, 308]) {
    test(`${status} at the same origin`, async (t) => {
      const seen: string[] = [];
      const port = await server(t, (request, response, received) => {
        seen.push(`${request.method} ${request.url} ${request.headers['x-key']} ${received}`);
        if (request.url === '/new?a=b') response.end();
        else response.writeHead(status, { location: '/new?a=b' }).end('moved');
      });
      assert.deepEqual(await send(t, { url: `http://127.0.0.1:${port}/old` }), { kind: 'success' });
      assert.deepEqual(seen, ['POST /old secret telemetry', 'POST /new?a=b secret telemetry']);
    });
  }

  test('what has moved for good is asked for there from then on', async (t) => {
    const seen: string[] = [];
    const port = await server(t, (request, response) => {
      seen.push(request.url!);
      if (request.url === '/new') response.end();
      else response.writeHead(308, { location: '/new' }).end();
    });
    const target = { url: `http://127.0.0.1:${port}/old`, headers: {}, compression: 'none' } as const;
    const transport = createHttpTransport(target, 'a');
    t.after(() => transport.shutdown());
    for (let i = 0; i < 2; i++) await new Promise((resolve) => transport.send(body, 5000, resolve));
    assert.deepEqual(seen, ['/old', '/new', '/new']);
  });

  const refused: readonly [title: string, status: number, location: string, to: string][] = [
    ['to another host', 307, 'http://other.example/v1/traces?key=1', 'http://other.example'],
    ['to another port', 308, 'http://127.0.0.1:1/', 'http://127.0.0.1:1'],
    ['to TLS', 308, 'https://127.0.0.1/', 'https://127.0.0.1'],
    ['that would become a GET', 302, 'http://other.example/', 'http://other.example'],
    ['to nowhere', 307, 'http://', 'somewhere'],
  ];
  for (const [title, status, location, to] of refused) {
    test(`${title} is not followed`, async (t) => {
      const port = await server(
        t,
        (_request, response) => void response.writeHead(status, { location }).end(),
      );
      assert.deepEqual(await send(t, { url: `http://127.0.0.1:${port}/` }), {
        kind: 'failure',
        reason: `HTTP ${status} to ${to}`,
      });
    });
  }

  test('in a circle', async (t) => {
    let count = 0;
    const port = await server(t, (_request, response) => {
      count++;
      response.writeHead(307, { location: '/' }).end();
    });
    assert.equal((await send(t, { url: `http://127.0.0.1:${port}/` })).kind, 'failure');
    assert.equal(count, 4);
  });
});

describe('answers', () => {
  const cases: readonly [
    title: string,
    headers: Record<string, string>,
    answer: Uint8Array,
    outcome: object,
  ][] = [
    [
      'partial success in gzip',
      { 'content-encoding': 'gzip' },
      gzipSync(encodePartialSuccess(3, 'old')),
      { kind: 'success', rejected: { count: 3, message: 'old' } },
    ],
    [
      'partial success in JSON',
      { 'content-type': 'application/json' },
      Buffer.from('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"old"}}'),
      { kind: 'success', rejected: { count: 3, message: 'old' } },
    ],
    [
      'an encoding that was not asked for',
      { 'content-encoding': 'br' },
      encodePartialSuccess(3, 'old'),
      { kind: 'success' },
    ],
    ['what is no gzip', { 'content-encoding': 'gzip' }, Buffer.from('x'), { kind: 'failure' }],
    [
      'the last size that is read, decompressed',
      { 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(maxResponseBytes)),
      { kind: 'success' },
    ],
    [
      'a byte more',
      { 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(maxResponseBytes + 1)),
      { kind: 'failure' },
    ],
  ];
  for (const [title, headers, answer, expected] of cases) {
    test(title, async (t) => {
      const port = await server(t, (_request, response) => void response.writeHead(200, headers).end(answer));
      const { reason: _, ...outcome } = (await send(t, { url: `http://127.0.0.1:${port}/` })) as {
        reason?: string;
      };
      assert.deepEqual(outcome, expected);
    });
  }

  test('413', async (t) => {
    const port = await server(t, (_request, response) => void response.writeHead(413).end());
    assert.deepEqual(await send(t, { url: `http://127.0.0.1:${port}/` }), {
      kind: 'tooLarge',
      reason: 'HTTP 413',
    });
  });

  const texts: readonly [title: string, answer: Uint8Array | string, reason: string][] = [
    ['a line', 'no such tenant\n', 'HTTP 400, no such tenant'],
    [
      'a google.rpc.Status',
      Buffer.from('\x08\x03\x12\x0eno such tenant', 'latin1'),
      'HTTP 400, no such tenant',
    ],
    ['a page', '<html>no</html>', 'HTTP 400'],
    ['a lot', 'x'.repeat(10_000), `HTTP 400, ${'x'.repeat(200)}`],
    ['rubbish', Buffer.from([0xff, 0xfe, 0, 1, 2]), 'HTTP 400'],
  ];
  for (const [title, answer, reason] of texts) {
    test(`400 with ${title}`, async (t) => {
      const port = await server(t, (_request, response) => void response.writeHead(400).end(answer));
      assert.equal(reasonOf(await send(t, { url: `http://127.0.0.1:${port}/` })), reason);
    });
  }
});

describe('addresses', () => {
  test('IPv6', async (t) => {
    const hosts: (string | undefined)[] = [];
    const port = await server(
      t,
      (request, response) => {
        hosts.push(request.headers.host);
        response.end();
      },
      ['::1'],
    ).catch(() => undefined);
    if (port === undefined) return t.skip('no IPv6 on this machine');
    const url = `http://[::1]:${port}/`;
    assert.deepEqual(await send(t, { url }), { kind: 'success' });
    assert.deepEqual(await sendAtExit({ url }), { kind: 'success' });
    assert.deepEqual(hosts, [`[::1]:${port}`, `[::1]:${port}`]);
  });

  test('a Unix domain socket', async (t) => {
    const socketPath = join(tmpdir(), `otlp-http-${process.pid}.sock`);
    const seen: string[] = [];
    await server(
      t,
      (request, response, received) => {
        seen.push(`${request.url} ${received}`);
        response.end();
      },
      socketPath,
    );
    const target = { url: 'http://localhost/v1/traces', socketPath };
    assert.deepEqual(await send(t, target), { kind: 'success' });
    assert.deepEqual(await sendAtExit(target), { kind: 'success' });
    assert.deepEqual(seen, ['/v1/traces telemetry', '/v1/traces telemetry']);
    const missing = await send(t, { ...target, socketPath: `${socketPath}-not` });
    assert.deepEqual(missing, { kind: 'retryable', reason: 'ENOENT' });
  });
});

describe('proxies', () => {
  async function proxy(t: TestContext, ...args: Parameters<typeof startConnectProxy>) {
    const started = await startConnectProxy(...args);
    t.after(() => started.stop());
    return started;
  }

  test('http: passes requests on, with credentials of its own', async (t) => {
    const headers: IncomingMessage['headers'][] = [];
    const port = await server(t, (request, response) => {
      headers.push(request.headers);
      response.end();
    });
    const through = await proxy(t);
    const target = {
      url: `http://collector.internal:${port}/v1/traces?a=b`,
      proxy: { http: `http://me:pass@127.0.0.1:${through.port}` },
    };
    assert.deepEqual(await send(t, target), { kind: 'success' });
    assert.deepEqual(await sendAtExit(target), { kind: 'success' });
    const line = `POST http://collector.internal:${port}/v1/traces?a=b (collector.internal:${port})`;
    assert.deepEqual(through.asked, [line, line]);
    assert.deepEqual(
      through.credentials,
      Array(2).fill(`Basic ${Buffer.from('me:pass').toString('base64')}`),
    );
    assert.equal(headers[0]!['x-key'], 'secret');
    assert.equal(headers[0]!['proxy-authorization'], undefined);
  });

  test('https: opens a tunnel, through which the proxy sees nothing', async (t) => {
    const ca = createAuthority();
    if (!ca) return t.skip('openssl is missing');
    t.after(() => ca.remove());
    const secure = createSecureServer(
      serverOptions(ca.issue('collector', ['DNS:collector.internal'])),
      (request, response) => {
        keys.push(request.headers['x-key']);
        response.end();
      },
    ).listen(0, '127.0.0.1');
    const keys: unknown[] = [];
    await once(secure, 'listening');
    t.after(() => secure.close());
    const through = await proxy(t);
    const url = `https://collector.internal:${(secure.address() as AddressInfo).port}/v1/traces`;
    const target = {
      url,
      tls: { certificate: { path: ca.certificate, setting: 'CA' } },
      proxy: { https: `http://me:pass@127.0.0.1:${through.port}` },
    };
    assert.deepEqual(await send(t, target), { kind: 'success' });
    assert.deepEqual(await sendAtExit(target), { kind: 'success' });
    assert.deepEqual(through.asked, Array(2).fill(`CONNECT ${new URL(url).host}`));
    assert.equal(through.credentials[0], `Basic ${Buffer.from('me:pass').toString('base64')}`);
    assert.deepEqual(keys, ['secret', 'secret']);

    through.refusal = '407 Proxy Authentication Required';
    const name = `proxy 127.0.0.1:${through.port}`;
    assert.deepEqual(await send(t, target), { kind: 'failure', reason: `${name} answered HTTP 407` });
    through.refusal = '503 Service Unavailable';
    assert.deepEqual(await send(t, target), { kind: 'retryable', reason: `${name} answered HTTP 503` });
    assert.deepEqual(await send(t, { ...target, proxy: { https: 'http://127.0.0.1:1' } }), {
      kind: 'retryable',
      reason: 'proxy 127.0.0.1:1: ECONNREFUSED',
    });
  });

  for (const isSecure of [false, true]) {
    test(`gRPC: opens a tunnel, ${isSecure ? 'TLS' : 'plain'} behind it`, async (t) => {
      const ca = createAuthority();
      if (!ca) return t.skip('openssl is missing');
      t.after(() => ca.remove());
      const { key, cert } = serverOptions(ca.issue('collector', ['DNS:collector.internal']));
      const credentials = isSecure
        ? grpc.ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: cert }])
        : undefined;
      const collector = await startGrpcReceiver(undefined, credentials);
      t.after(() => collector.stop());
      const through = await proxy(t);
      const url = `http${isSecure ? 's' : ''}://collector.internal:${collector.port}`;
      const target = {
        url,
        headers: { 'x-key': 'secret' },
        compression: 'none' as const,
        tls: { certificate: { path: ca.certificate, setting: 'CA' } },
        proxy: { https: `127.0.0.1:${through.port}` },
      };
      const transport = createGrpcTransport(target, 'traces', 'a');
      t.after(() => transport.shutdown());
      const keepsAlive = setInterval(() => {}, 1000);
      t.after(() => clearInterval(keepsAlive));
      const outcome = await new Promise((resolve) => transport.send(new Uint8Array(), 5000, resolve));
      assert.deepEqual(outcome, { kind: 'success' });
      assert.deepEqual(await sendAtExit(target, 'grpc'), { kind: 'success' });
      assert.deepEqual(through.asked, Array(2).fill(`CONNECT collector.internal:${collector.port}`));
      assert.equal(collector.calls[1]!.metadata['x-key'], 'secret');
    });
  }

  test('a proxy that accepts and says nothing is given up in time', async (t) => {
    const port = await server(t, ok);
    const silent = (await import('node:net')).createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const { port: proxyPort } = silent.address() as AddressInfo;
    const target = { url: `https://collector.internal:${port}/`, proxy: { https: `127.0.0.1:${proxyPort}` } };
    assert.deepEqual(await send(t, target, 100), { kind: 'retryable', reason: 'no answer in 100 ms' });
  });
});
