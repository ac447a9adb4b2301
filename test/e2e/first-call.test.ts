import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createAuthority, serverOptions } from '../harness/certificates';
import { nodeVersion, nodeVersionsToTest } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { registerPath, startProgram } from '../harness/run-program';

// Where Node has no channels for requests, its functions are replaced once the program has loaded them; the very first call must be seen all the same.

type Protocol = 'http' | 'https' | 'http2';

interface Form {
  readonly to: Protocol;
  readonly isModule?: boolean;
  /** A program that does nothing before, with the server's `url`. */
  readonly source: string;
}

const forms: Readonly<Record<string, Form>> = {
  'http.get': { to: 'http', source: `require('http').get(url, (response) => response.resume());` },
  'a request of an agent of its own, written to later': {
    to: 'http',
    source: `
      const { Agent, request } = require('http');
      class Own extends Agent { addRequest(...args) { setImmediate(() => super.addRequest(...args)); } }
      const sent = request(url, { method: 'POST', agent: new Own() }, (response) => response.resume());
      setTimeout(() => { sent.write('a'); setTimeout(() => sent.end('b'), 50); }, 50);`,
  },
  'request taken from http, written to later': {
    to: 'http',
    source: `
      const { request } = require('http');
      const sent = request(url, { method: 'POST' }, (response) => response.resume());
      setTimeout(() => { sent.write('a'); setTimeout(() => sent.end('b'), 50); }, 50);`,
  },
  'new ClientRequest': {
    to: 'http',
    source: `new (require('http').ClientRequest)(url, (response) => response.resume()).end();`,
  },
  'request imported from http': {
    to: 'http',
    isModule: true,
    source: `import { request } from 'http'; request(url, (response) => response.resume()).end();`,
  },
  'https.get': { to: 'https', source: `require('https').get(url, (response) => response.resume());` },
  'get imported from https': {
    to: 'https',
    isModule: true,
    source: `import { get } from 'node:https'; get(url, (response) => response.resume());`,
  },
  'http2.connect': {
    to: 'http2',
    source: `
      const session = require('http2').connect(url);
      session.request({ ':path': '/' }).resume().on('close', () => session.close());`,
  },
  'connect imported from http2': {
    to: 'http2',
    isModule: true,
    source: `
      import { connect } from 'node:http2';
      const session = connect(url);
      session.request({ ':path': '/' }).resume().on('close', () => session.close());`,
  },
};

/** It is expensive, and loaded by the program or not at all (but a module on the command line has all of Node's own). */
const tellsOfHttp2 = `process.on('exit', () => console.log(process.moduleLoadList.includes('NativeModule http2')));`;

const authority = createAuthority();
after(() => authority?.remove());

for (const version of [process.versions.node, ...nodeVersionsToTest]) {
  for (const [name, { to, isModule, source }] of Object.entries(forms)) {
    test(`the first call, Node ${version}: ${name}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      if (authority === undefined) return t.skip('there is no openssl');
      const seen: (string | undefined)[] = [];
      const server = serverOf(to, (request, response) => {
        seen.push(request.headers.traceparent as string | undefined);
        request.resume().on('end', () => response.end('answer'));
      });
      const receiver = await startOtlpReceiver();
      t.after(() => {
        server.close();
        receiver.stop();
      });
      await once(server.listen(0), 'listening');
      const url = `${to === 'http' ? 'http' : 'https'}://localhost:${(server.address() as AddressInfo).port}`;
      const { stdout, stderr, exitCode } = await startProgram(
        [
          `--input-type=${isModule ? 'module' : 'commonjs'}`,
          '-e',
          `const url = '${url}'; ${isModule ? '' : tellsOfHttp2} ${source}`,
        ],
        {
          node,
          preload: true,
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, NODE_EXTRA_CA_CERTS: authority.certificate },
        },
      ).ended;
      assert.deepEqual([stdout, stderr, exitCode], [isModule ? '' : `${to === 'http2'}\n`, '', 0]);
      await receiver.drained();
      const [span, ...others] = receiver.spans;
      assert.deepEqual(others, []);
      assert.deepEqual(seen, [`00-${span!.traceId}-${span!.spanId}-03`]);
    });
  }
}

for (const version of [process.versions.node, '18.19.0', '22.14.0']) {
  test(`emitters are frozen, so that no module can be awaited, Node ${version}`, async (t) => {
    const node = nodeVersion(version);
    if (typeof node !== 'string') return t.skip(node.message);
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.stop());
    const frozen = join(__dirname, '../../fixtures/core/frozen-emitters.cjs');
    const { stdout, stderr, exitCode } = await startProgram(
      [
        '-e',
        `${tellsOfHttp2}
         const http = require('http');
         const server = http.createServer((request, response) => response.end()).listen(0, () =>
           http.get({ port: server.address().port, agent: false }, (response) => response.resume().on('close', () => server.close())));`,
      ],
      {
        node,
        env: {
          NODE_OPTIONS: [frozen, registerPath].map((path) => `--require ${JSON.stringify(path)}`).join(' '),
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        },
      },
    ).ended;
    assert.deepEqual([stdout, stderr, exitCode], ['false\n', '', 0]);
    await receiver.drained();
    const [client, server] = [...receiver.spans].sort((a, b) => b.kind - a.kind);
    assert.deepEqual(
      [receiver.spans.length, client!.name, server!.name, server!.parentSpanId],
      [2, 'GET', 'GET', client!.spanId],
    );
  });
}

for (const version of [process.versions.node, '22.14.0']) {
  test(`Object.prototype.get is there when the modules are seen, Node ${version}`, async (t) => {
    const node = nodeVersion(version);
    if (typeof node !== 'string') return t.skip(node.message);
    const { stdout, stderr, exitCode } = await startProgram(
      [
        '-e',
        `const EventEmitter = require('events'); require('http'); require('https'); require('http2');
         Object.prototype.get = () => 'got'; // makes every plain descriptor of a value invalid
         const emitter = new EventEmitter();
         delete Object.prototype.get;
         console.log(emitter.listenerCount('any'), new EventEmitter() instanceof EventEmitter);`,
      ],
      { node, preload: true },
    ).ended;
    assert.deepEqual([stdout, exitCode], ['0 true\n', 0], stderr);
    assert.match(stderr, /^otel-instrument: a module of Node\.js cannot be instrumented: .*\n$/);
  });
}

function serverOf(protocol: Protocol, listener: RequestListener): Server {
  if (protocol === 'http') return createServer(listener);
  const options = serverOptions(authority!.issue(protocol));
  return protocol === 'https'
    ? createTlsServer(options, listener)
    : createSecureServer(options, listener as never);
}
