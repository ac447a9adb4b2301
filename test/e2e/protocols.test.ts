import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startGrpcReceiver } from '../harness/grpc-receiver';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, type ProgramRun, runProgram } from '../harness/run-program';
import { type Collector, startCollector } from '../harness/servers/collector';
import { serverFor } from '../harness/servers/server';
import { assertSameRun } from '../harness/with-and-without';

/** Serves itself one request, so there are a CLIENT and a SERVER span. */
const program = join(__dirname, '../../fixtures/core/endings.cjs');

const run = (ending: string, options: ProgramOptions = {}) =>
  runProgram([program, ending], { timeoutMillis: 20_000, ...options });
const traced = (ending: string, env: Record<string, string>, node?: string) =>
  run(ending, { preload: true, env: { OTEL_METRICS_EXPORTER: 'none', ...env }, node });

/** Exports begin while the program runs, and it waits for nothing of them. */
const atOnce = { OTEL_BSP_SCHEDULE_DELAY: '10' };

interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly attributes: unknown;
}

function spansIn(lines: string): JsonSpan[] {
  return lines
    .trim()
    .split('\n')
    .filter((line) => line.includes('resourceSpans'))
    .flatMap((line) =>
      JSON.parse(line).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: JsonSpan[] }[] }) =>
        scopeSpans.flatMap(({ spans }) => spans),
      ),
    );
}

/** One trace: the server's span below the client's. */
function assertTrace(spans: readonly JsonSpan[]): void {
  const [client, server] = [3, 2].map((kind) => spans.find((span) => span.kind === kind));
  assert.equal(spans.length, 2);
  assert.equal(client?.name, 'GET');
  assert.equal(server?.parentSpanId, client?.spanId);
  assert.equal(server?.traceId, client?.traceId);
}

describe('the real Collector takes', () => {
  const endpointOf = ({ address, grpcAddress }: Collector, protocol: string) =>
    protocol === 'grpc' ? `http://${grpcAddress}` : address;

  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    for (const compression of ['none', 'gzip']) {
      test(`${protocol}, compression ${compression}`, async (t) => {
        for (const ending of ['natural', 'natural, later']) {
          const collector = await serverFor(t, startCollector);
          if (collector === undefined) return;
          const outcome = await traced(ending, {
            ...atOnce,
            OTEL_METRICS_EXPORTER: 'otlp',
            OTEL_EXPORTER_OTLP_ENDPOINT: endpointOf(collector, protocol),
            OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
            OTEL_EXPORTER_OTLP_COMPRESSION: compression,
          });
          assertSameRun({ plain: await run(ending), traced: outcome });
          const received = await collector.readReceived();
          assertTrace(spansIn(received));
          assert.match(received, /"resourceMetrics".*"http\.server\.request\.duration"/);
        }
      });
    }
  }

  test('gRPC from a program with an endpoint without a scheme', async (t) => {
    const collector = await serverFor(t, startCollector);
    if (collector === undefined) return;
    const outcome = await traced('natural', {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcAddress,
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    assert.equal(outcome.stderr, '');
    assertTrace(spansIn(await collector.readReceived()));
  });

  test('what was written to a file, line by line over http/json', async (t) => {
    const collector = await serverFor(t, startCollector);
    if (collector === undefined) return;
    const { stdout } = await traced('natural', { OTEL_TRACES_EXPORTER: 'otlp/stdout' });
    for (const body of stdout.split('\n').filter((line) => line.startsWith('{'))) {
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch(`${collector.address}/v1/traces`, { method: 'POST', headers, body });
      assert.equal(status, 200);
    }
    // The Collector writes some defaults out.
    const essence = (spans: readonly JsonSpan[]) =>
      spans
        .map(({ traceId, spanId, name, kind, startTimeUnixNano, attributes }) => ({
          ids: `${spanId} ${traceId}`,
          name,
          kind,
          startTimeUnixNano,
          attributes,
        }))
        .sort((a, b) => a.ids.localeCompare(b.ids));
    assert.deepEqual(essence(spansIn(await collector.readReceived())), essence(spansIn(stdout)));
  });
});

describe('gRPC', () => {
  for (const version of ['18.19.0', '22.14.0', '26.10.0']) {
    test(`on Node ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      for (const ending of ['natural', 'natural, later', 'exit 3', 'throw']) {
        const receiver = await startGrpcReceiver();
        t.after(() => receiver.stop());
        const env = {
          ...atOnce,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        };
        assertSameRun({ plain: await run(ending, { node }), traced: await traced(ending, env, node) });
        assert.deepEqual(receiver.spans.map(({ kind }) => kind).sort(), [1, 2], ending);
        assert.match(String(receiver.calls[0]!.metadata['user-agent']), /^otel-instrument\//);
      }
    });
  }

  for (const [state, start] of [
    ['that hangs', startHanging],
    ['that says nothing', startSilent],
    ['that is not there', async () => 1],
  ] as const) {
    for (const ending of ['natural', 'natural, later', 'exit 3']) {
      test(`a server ${state} does not hold a program: ${ending}`, async (t) => {
        const env = {
          ...atOnce,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await start(t)}`,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        };
        const plain = await run(ending);
        const outcome = await traced(ending, env);
        assertSameRun({ plain, traced: outcome }, 2);
        assertNotLater(plain, outcome);
      });
    }
  }
});

/** The budget for the end of the process, and what this machine may take longer because it is busy. */
function assertNotLater(plain: ProgramRun, late: ProgramRun): void {
  const millis = Math.round(late.durationMillis - plain.durationMillis);
  assert.ok(millis < 500 + 400, `ended ${millis} ms later`);
}

async function startHanging(t: TestContext): Promise<number> {
  const receiver = await startGrpcReceiver();
  t.after(() => receiver.stop());
  receiver.answer = () => ({ hangs: true });
  return receiver.port;
}

async function startSilent(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

describe('Unix domain sockets', () => {
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    test(protocol, async (t) => {
      const path = join(temporaryDirectory(t), 'otlp.sock');
      const seen: string[] = [];
      if (protocol === 'grpc') {
        const receiver = await startGrpcReceiver(`unix:${path}`);
        t.after(() => receiver.stop());
        receiver.answer = (call) => void seen.push(call.path);
      } else {
        const server = createServer((request, response) => {
          seen.push(`${request.url} ${request.headers['content-type']}`);
          request.resume().on('end', () => response.end());
        });
        server.listen(path);
        await once(server, 'listening');
        t.after(() => server.close());
      }
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `unix://${path}`, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
      for (const ending of ['natural', 'natural, later']) {
        const outcome = await traced(ending, { ...env, ...(ending === 'natural' ? {} : atOnce) });
        assertSameRun({ plain: await run(ending), traced: outcome });
      }
      const expected = {
        'http/protobuf': '/v1/traces application/x-protobuf',
        'http/json': '/v1/traces application/json',
        grpc: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      }[protocol]!;
      assert.ok(seen.length >= 2 && seen.every((each) => each === expected), seen.join());
    });
  }
});

describe('lines of JSON', () => {
  test('on standard output, between those of the program', async () => {
    for (const ending of ['natural', 'exit 3']) {
      const plain = await run(ending);
      const { stdout, ...rest } = await traced(ending, { OTEL_TRACES_EXPORTER: 'otlp/stdout' });
      const ours = stdout.split('\n').filter((line) => line.startsWith('{'));
      assertTrace(spansIn(ours.join('\n')));
      const theirs = stdout.split('\n').filter((line) => !line.startsWith('{'));
      assertSameRun({ plain, traced: { ...rest, stdout: theirs.join('\n') } });
    }
  });

  test('in a file of each signal, run after run', async (t) => {
    const directory = temporaryDirectory(t);
    const env = {
      OTEL_TRACES_EXPORTER: 'otlp/file',
      OTEL_METRICS_EXPORTER: 'otlp/file',
      OTEL_NODE_EXPORTER_FILE: join(directory, 'my.telemetry.jsonl'),
    };
    const plain = await run('natural');
    for (let i = 0; i < 2; i++) assertSameRun({ plain, traced: await traced('natural', env) });
    const traces = readFileSync(join(directory, 'my.telemetry.traces.jsonl'), 'utf8');
    assert.equal(traces.trim().split('\n').length, 2);
    for (const line of traces.trim().split('\n')) assertTrace(spansIn(line));
    const metrics = readFileSync(join(directory, 'my.telemetry.metrics.jsonl'), 'utf8');
    assert.ok(JSON.parse(metrics.split('\n')[0]!).resourceMetrics);
  });

  test('into a directory that is not there', async (t) => {
    const env = {
      OTEL_TRACES_EXPORTER: 'otlp/file',
      OTEL_NODE_EXPORTER_FILE: join(temporaryDirectory(t), 'not', '{signal}.jsonl'),
    };
    const outcome = await traced('natural', env);
    assertSameRun({ plain: await run('natural'), traced: outcome }, 1);
    assert.match(outcome.stderr, /not\/traces\.jsonl.*ENOENT/);
  });
});

test('Zipkin', async (t) => {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      assert.equal(request.headers['content-type'], 'application/json');
      assert.equal(request.url, '/api/v2/spans');
      bodies.push(...JSON.parse(text));
      response.writeHead(202).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const outcome = await traced('natural', {
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/spans`,
    OTEL_SERVICE_NAME: 'shop',
  });
  assertSameRun({ plain: await run('natural'), traced: outcome });
  const spans = bodies as { kind: string; id: string; parentId?: string; localEndpoint: object }[];
  const [client, served] = ['CLIENT', 'SERVER'].map((kind) => spans.find((span) => span.kind === kind)!);
  assert.equal(spans.length, 2);
  assert.equal(served!.parentId, client!.id);
  assert.deepEqual(served!.localEndpoint, { serviceName: 'shop' });
});

test('several exporters at once', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const { stdout } = await traced('natural', {
    OTEL_TRACES_EXPORTER: 'otlp,otlp/stdout',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  await receiver.drained();
  const ids = (spans: readonly { spanId: string }[]) => spans.map(({ spanId }) => spanId).sort();
  assert.equal(receiver.spans.length, 2);
  assert.deepEqual(ids(spansIn(stdout)), ids(receiver.spans));
});

describe('settings', () => {
  const said = async (env: Record<string, string>) => (await traced('natural', env)).stderr;

  test('a host without a scheme, where HTTP is spoken', async () =>
    assert.match(
      await said({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318', OTEL_NODE_EXIT_TIMEOUT: '0' }),
      /OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL that starts with http:\/\/, https:\/\/ or unix:\/\/, got "localhost:4318"; using http:\/\/localhost:4318/,
    ));

  test('a protocol of one signal, with an endpoint of its own', async (t) => {
    const receiver = await startGrpcReceiver();
    t.after(() => receiver.stop());
    const outcome = await traced('natural', {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=secret',
    });
    assert.equal(outcome.stderr, '');
    assert.equal(receiver.spans.length, 2);
    assert.equal(receiver.calls[0]!.metadata['x-key'], 'secret');
  });
});

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'protocols-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
