import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type Authority, createAuthority, serverOptions } from '../harness/certificates';
import { decodeTraces } from '../harness/decode';
import { grpc, startGrpcReceiver } from '../harness/grpc-receiver';
import { runProgram, startProgram } from '../harness/run-program';
import { assertSameRun } from '../harness/with-and-without';

const endings = join(__dirname, '../../fixtures/core/endings.cjs');
const serve = join(__dirname, '../../fixtures/core/serve.cjs');

/** A receiver over TLS that wants the client's certificate. */
interface SecureReceiver {
  readonly url: string;
  readonly spans: readonly unknown[];
  /** Names in the certificates that clients showed, one a request. */
  readonly clients: readonly (string | undefined)[];
}

const receivers = {
  'http/protobuf': startHttps,
  grpc: startSecureGrpc,
} as const;

async function startHttps(t: TestContext, ca: Authority): Promise<SecureReceiver> {
  const spans: unknown[] = [];
  const clients: (string | undefined)[] = [];
  const options = { ...serverOptions(ca.issue('localhost')), ca: [certificateOf(ca)], requestCert: true };
  const server = createServer(options, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    clients.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN as string | undefined);
    if (request.url === '/v1/traces') spans.push(...decodeTraces(Buffer.concat(chunks)));
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, spans, clients };
}

async function startSecureGrpc(t: TestContext, ca: Authority): Promise<SecureReceiver> {
  const { key, cert } = serverOptions(ca.issue('localhost'));
  const credentials = grpc.ServerCredentials.createSsl(
    certificateOf(ca),
    [{ private_key: key, cert_chain: cert }],
    true,
  );
  const receiver = await startGrpcReceiver('127.0.0.1:0', credentials);
  t.after(() => receiver.stop());
  const clients: string[] = [];
  // grpc-js lets nobody in who shows no certificate of this authority.
  receiver.answer = () => void clients.push('client');
  return { url: `https://localhost:${receiver.port}`, spans: receiver.spans, clients };
}

const certificateOf = ({ certificate }: Authority) => serverOptions({ key: certificate, certificate }).cert;

function authority(t: TestContext): Authority | undefined {
  const created = createAuthority();
  if (created) t.after(() => created.remove());
  else t.skip('openssl is missing');
  return created;
}

function settings(ca: Authority, protocol: string, url: string, prefix = 'OTEL_EXPORTER_OTLP') {
  const client = ca.issue('client');
  return {
    OTEL_METRICS_EXPORTER: 'none',
    [`${prefix}_PROTOCOL`]: protocol,
    [`${prefix}_ENDPOINT`]: protocol === 'grpc' || prefix.endsWith('OTLP') ? url : `${url}/v1/traces`,
    [`${prefix}_CERTIFICATE`]: ca.certificate,
    [`${prefix}_CLIENT_KEY`]: client.key,
    [`${prefix}_CLIENT_CERTIFICATE`]: client.certificate,
    OTEL_NODE_EXIT_TIMEOUT: '3000',
  };
}

for (const [protocol, start] of Object.entries(receivers)) {
  describe(protocol, () => {
    for (const prefix of ['OTEL_EXPORTER_OTLP', 'OTEL_EXPORTER_OTLP_TRACES']) {
      test(`certificates of both sides, by ${prefix}_*`, async (t) => {
        const ca = authority(t);
        if (!ca) return;
        const receiver = await start(t, ca);
        const env = settings(ca, protocol, receiver.url, prefix);
        for (const ending of ['natural', 'natural, later']) {
          const plain = await runProgram([endings, ending]);
          const atOnce = ending === 'natural' ? {} : { OTEL_BSP_SCHEDULE_DELAY: '10' };
          const traced = await runProgram([endings, ending], { preload: true, env: { ...env, ...atOnce } });
          assertSameRun({ plain, traced });
        }
        assert.equal(receiver.spans.length, 4);
        assert.deepEqual([...new Set(receiver.clients)], ['client']);
      });
    }

    test('without a client certificate', async (t) => {
      const ca = authority(t);
      if (!ca) return;
      const { url, spans } = await startStrict(t, ca, protocol);
      const {
        OTEL_EXPORTER_OTLP_CLIENT_KEY: _,
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: __,
        ...env
      } = settings(ca, protocol, url);
      const { stderr, exitCode } = await runProgram([endings, 'natural, later'], {
        preload: true,
        env: { ...env, OTEL_BSP_SCHEDULE_DELAY: '10' },
      });
      assert.equal(exitCode, 0);
      assert.deepEqual(spans, []);
      assert.match(
        stderr,
        /: the server wants a certificate that it knows; see OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE/,
      );
    });

    const bad: readonly [title: string, file: (ca: Authority) => string, words: RegExp][] = [
      [
        'missing',
        () => '/not/there.pem',
        /OTEL_EXPORTER_OTLP_CERTIFICATE: cannot read "\/not\/there\.pem" \(ENOENT\)/,
      ],
      [
        'of another kind',
        (ca) => {
          const path = join(ca.directory, 'text');
          writeFileSync(path, 'certificate');
          return path;
        },
        /OTEL_EXPORTER_OTLP_CERTIFICATE: no certificate in PEM in "\S+text"/,
      ],
    ];
    for (const [title, file, words] of bad) {
      test(`a file that is ${title} is one line`, async (t) => {
        const ca = authority(t);
        if (!ca) return;
        const { url } = await start(t, ca);
        const plain = await runProgram([endings, 'natural']);
        const env = { ...settings(ca, protocol, url), OTEL_EXPORTER_OTLP_CERTIFICATE: file(ca) };
        const traced = await runProgram([endings, 'natural'], { preload: true, env });
        assertSameRun({ plain, traced }, 1);
        assert.match(traced.stderr, words);
      });
    }
  });
}

/** As the others, but a client without a certificate is turned away. */
async function startStrict(t: TestContext, ca: Authority, protocol: string): Promise<SecureReceiver> {
  if (protocol === 'grpc') return startSecureGrpc(t, ca);
  const options = { ...serverOptions(ca.issue('localhost')), ca: [certificateOf(ca)] };
  const server = createServer(
    { ...options, requestCert: true, rejectUnauthorized: true },
    (_request, response) => {
      response.end();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, spans: [], clients: [] };
}

test('a client certificate that is renewed while the program runs', async (t) => {
  const ca = authority(t);
  if (!ca) return;
  const names: (string | undefined)[] = [];
  let sawRequest: () => void = () => {};
  const options = { ...serverOptions(ca.issue('localhost')), ca: [certificateOf(ca)], requestCert: true };
  const server = createServer(options, (request, response) => {
    names.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN as string | undefined);
    // Each request on a connection of its own: files are looked at when one is opened.
    request
      .resume()
      .on('end', () => response.writeHead(200, { connection: 'close' }).end(() => sawRequest()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const [used, usedKey] = [join(ca.directory, 'used.pem'), join(ca.directory, 'used.key')];
  const install = (name: string) => {
    const pair = ca.issue(name);
    copyFileSync(pair.key, usedKey);
    copyFileSync(pair.certificate, used);
  };
  install('first');
  const env = {
    ...settings(ca, 'http/protobuf', url),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: usedKey,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: used,
    OTEL_BSP_SCHEDULE_DELAY: '10',
  };
  const running = startProgram([serve], { preload: true, env, timeoutMillis: 20_000 });
  t.after(() => running.child.kill('SIGKILL'));
  const [, port] = await running.waitForStdout(/(\d{4,5})/);
  for (const name of ['first', 'second']) {
    if (name !== 'first') install(name);
    const seen = new Promise<void>((resolve) => {
      sawRequest = resolve;
    });
    await fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
    await seen;
    assert.equal(names.at(-1), name);
  }
});
