import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server, createSecureServer as createSecureHttp2Server } from 'node:http2';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { withAdvice } from '../../../src/export/advice';
import type { Outcome } from '../../../src/export/outcome';
import { createGrpcTransport } from '../../../src/export/transport/grpc';
import { createHttpTransport } from '../../../src/export/transport/http';
import type { TlsFiles } from '../../../src/export/transport/tls-files';
import { type Authority, createAuthority, serverOptions } from '../../harness/certificates';
import { grpc, startGrpcReceiver } from '../../harness/grpc-receiver';
import { startCollector } from '../../harness/servers/collector';
import { serverFor } from '../../harness/servers/server';

interface Target {
  readonly url: string;
  readonly tls?: TlsFiles;
}

/** What is said when an export by HTTP or gRPC fails. */
async function reason(t: TestContext, protocol: 'http' | 'grpc', target: Target): Promise<string> {
  const full = { headers: {}, compression: 'none', ...target } as const;
  const plain =
    protocol === 'grpc' ? createGrpcTransport(full, 'traces', 'a') : createHttpTransport(full, 'a');
  t.after(() => plain.shutdown());
  const keepsAlive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(keepsAlive));
  const transport = withAdvice(plain, { url: target.url, protocol });
  const outcome = await new Promise<Outcome>((resolve) => transport.send(new Uint8Array(), 5000, resolve));
  assert.notEqual(outcome.kind, 'success');
  return (outcome as { reason: string }).reason;
}

async function portOf(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function authority(t: TestContext): Authority | undefined {
  const created = createAuthority();
  if (created) t.after(() => created.remove());
  else t.skip('openssl is missing');
  return created;
}

const answering = (t: TestContext, handle: RequestListener) => portOf(t, createServer(handle));
const status = (t: TestContext, code: number) =>
  answering(t, (_request, response) => void response.writeHead(code).end());

describe('the wrong protocol', () => {
  test('HTTP to a port of gRPC', async (t) => {
    const port = await portOf(t, createHttp2Server());
    assert.match(
      await reason(t, 'http', { url: `http://127.0.0.1:${port}/v1/traces` }),
      /^ANSWERED_IN_HTTP2: the port speaks HTTP\/2, .* OTEL_EXPORTER_OTLP_PROTOCOL=grpc$/,
    );
  });

  test('gRPC to a port of HTTP', async (t) => {
    const port = await answering(t, (_request, response) => void response.end());
    assert.match(
      await reason(t, 'grpc', { url: `http://127.0.0.1:${port}` }),
      /: the port does not speak gRPC, .* OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf$/,
    );
  });

  test('both, to the real Collector', async (t) => {
    const collector = await serverFor(t, startCollector);
    if (collector === undefined) return;
    const { address, grpcAddress } = collector;
    assert.match(
      await reason(t, 'http', { url: `http://${grpcAddress}/v1/traces` }),
      /OTEL_EXPORTER_OTLP_PROTOCOL=grpc$/,
    );
    assert.match(await reason(t, 'grpc', { url: address }), /OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf$/);
  });

  test('gRPC over TLS to a server of HTTP/1', async (t) => {
    const ca = authority(t);
    if (!ca) return;
    const port = await portOf(t, createSecureServer(serverOptions(ca.issue('localhost'))));
    const tls = { certificate: { path: ca.certificate, setting: 'CA' } };
    // Servers of older Node versions do not say why they close.
    const expected = /does not speak gRPC|^ECONNRESET$/;
    assert.match(await reason(t, 'grpc', { url: `https://127.0.0.1:${port}`, tls }), expected);
  });

  test('gRPC to a server of HTTP/2 without gRPC', async (t) => {
    const server = createHttp2Server((_request, response) => void response.writeHead(404).end());
    const port = await portOf(t, server);
    assert.equal(
      await reason(t, 'grpc', { url: `http://127.0.0.1:${port}` }),
      'HTTP 404 and no gRPC status: what answers there is no gRPC server',
    );
  });
});

describe('TLS', () => {
  for (const protocol of ['http', 'grpc'] as const) {
    test(`${protocol}: TLS to a plain port`, async (t) => {
      const port = await portOf(t, protocol === 'http' ? createServer() : createHttp2Server());
      assert.match(
        await reason(t, protocol, { url: `https://127.0.0.1:${port}/` }),
        /: the port speaks no TLS; then the endpoint starts with http:\/\/$/,
      );
    });

    test(`${protocol}: plain to a port of TLS`, async (t) => {
      const ca = authority(t);
      if (!ca) return;
      const options = serverOptions(ca.issue('localhost'));
      const server = protocol === 'http' ? createSecureServer(options) : createSecureHttp2Server(options);
      assert.match(
        await reason(t, protocol, { url: `http://127.0.0.1:${await portOf(t, server)}/` }),
        /: the port may want TLS; then the endpoint starts with https:\/\/$/,
      );
    });

    test(`${protocol}: certificates`, async (t) => {
      const ca = authority(t);
      if (!ca) return;
      const start = (options: ServerOptions) =>
        portOf(t, protocol === 'http' ? createSecureServer(options) : createSecureHttp2Server(options));
      const tls = { certificate: { path: ca.certificate, setting: 'OTEL_EXPORTER_OTLP_CERTIFICATE' } };
      const port = await start(serverOptions(ca.issue('other', ['DNS:other.example'])));
      assert.match(
        await reason(t, protocol, { url: `https://127.0.0.1:${port}/` }),
        /: nobody known here has signed its certificate; OTEL_EXPORTER_OTLP_CERTIFICATE names/,
      );
      assert.match(
        await reason(t, protocol, { url: `https://127.0.0.1:${port}/`, tls }),
        /: its certificate is not for 127\.0\.0\.1$/,
      );
      const wantsOne = {
        ...serverOptions(ca.issue('localhost')),
        requestCert: true,
        rejectUnauthorized: true,
      };
      assert.match(
        await reason(t, protocol, { url: `https://127.0.0.1:${await start(wantsOne)}/`, tls }),
        /: the server wants a certificate that it knows; see OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE/,
      );
      const missing = { certificate: { path: '/not/there.pem', setting: 'OTEL_EXPORTER_OTLP_CERTIFICATE' } };
      assert.equal(
        await reason(t, protocol, { url: `https://127.0.0.1:${port}/`, tls: missing }),
        'OTEL_EXPORTER_OTLP_CERTIFICATE: cannot read "/not/there.pem" (ENOENT)',
      );
    });
  }
});

describe('paths and credentials', () => {
  const cases: readonly [code: number, path: string, words: RegExp][] = [
    [
      404,
      '/v1/traces/v1/traces',
      /^HTTP 404: the path is doubled; \/v1\/traces is appended to OTEL_EXPORTER_OTLP_ENDPOINT$/,
    ],
    [404, '/', /^HTTP 404: nothing takes telemetry at \/; OTLP collectors do at \/v1\/traces/],
    [405, '/otlp', /^HTTP 405: nothing takes telemetry at \/otlp;/],
    [401, '/', /^HTTP 401: credentials are missing or wrong; see OTEL_EXPORTER_OTLP_HEADERS$/],
    [403, '/', /^HTTP 403: these credentials are not enough; see OTEL_EXPORTER_OTLP_HEADERS$/],
    [415, '/', /^HTTP 415: .* OTEL_EXPORTER_OTLP_PROTOCOL$/],
    [400, '/', /^HTTP 400$/],
    [503, '/', /^HTTP 503$/],
  ];
  for (const [code, path, words] of cases) {
    test(`HTTP ${code} at ${path}`, async (t) =>
      assert.match(
        await reason(t, 'http', { url: `http://127.0.0.1:${await status(t, code)}${path}` }),
        words,
      ));
  }

  test('a redirect', async (t) => {
    const port = await answering(t, (_request, response) => {
      response.writeHead(301, { location: 'https://elsewhere.example/' }).end();
    });
    assert.match(
      await reason(t, 'http', { url: `http://127.0.0.1:${port}/` }),
      /^HTTP 301 to https:\/\/elsewhere\.example: .* set the endpoint to where it leads$/,
    );
  });

  test('gRPC', async (t) => {
    const server = await startGrpcReceiver();
    t.after(() => server.stop());
    const url = `http://127.0.0.1:${server.port}`;
    server.answer = () => ({ code: grpc.status.UNAUTHENTICATED!, message: 'no token' });
    assert.equal(
      await reason(t, 'grpc', { url }),
      'UNAUTHENTICATED, no token: credentials are missing or wrong; see OTEL_EXPORTER_OTLP_HEADERS',
    );
    server.answer = () => ({ code: grpc.status.UNIMPLEMENTED! });
    assert.match(await reason(t, 'grpc', { url }), /^UNIMPLEMENTED: .* does not take this signal by OTLP$/);
  });
});

describe('nobody there', () => {
  for (const protocol of ['http', 'grpc'] as const) {
    test(`${protocol}: nothing listens`, async (t) =>
      assert.equal(
        await reason(t, protocol, { url: 'http://127.0.0.1:1/' }),
        'ECONNREFUSED: nothing listens there; is the collector running?',
      ));

    test(`${protocol}: no such host`, async (t) =>
      assert.match(
        await reason(t, protocol, { url: 'http://collector.invalid/' }),
        /: (no host is called|no name server answers for) collector\.invalid/,
      ));
  }

  test('the port of the other protocol', async () => {
    const refused: Outcome = { kind: 'retryable', reason: 'ECONNREFUSED' };
    const dead = { send: () => assert.fail(), sendSync: () => refused, shutdown() {} };
    const said = (protocol: string, port: number) =>
      (
        withAdvice(dead, { url: `http://c:${port}`, protocol }).sendSync(new Uint8Array(), 1) as {
          reason: string;
        }
      ).reason;
    assert.match(said('grpc', 4318), /OTLP over gRPC is usually at port 4317/);
    assert.match(said('http/protobuf', 4317), /OTLP over HTTP is usually at port 4318/);
    assert.doesNotMatch(said('grpc', 4317), /usually/);
  });
});
