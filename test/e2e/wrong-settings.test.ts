import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const program = join(__dirname, '../../fixtures/core/endings.cjs');

/** A setting that is wrong in a way of its own, and the only line that may come of it. Spans get to the collector all the same. */
const kinds: Readonly<Record<string, { env: Record<string, string>; line: string }>> = {
  'a variable with a letter wrong': {
    env: { OTEL_SERVICE_NAMR: 'shop' },
    line: 'OTEL_SERVICE_NAMR: expected the name of a setting, got an unknown one; ignoring it; did you mean OTEL_SERVICE_NAME?',
  },
  'a variable with a word missing': {
    env: { OTEL_EXPORTER_HEADERS: 'api-key=secret' },
    line: 'OTEL_EXPORTER_HEADERS: expected the name of a setting, got an unknown one; ignoring it; did you mean OTEL_EXPORTER_OTLP_HEADERS?',
  },
  'a value that there is not': {
    env: { OTEL_EXPORTER_OTLP_COMPRESSION: 'zip' },
    line: 'OTEL_EXPORTER_OTLP_COMPRESSION: expected gzip or none, got "zip"; using none; did you mean gzip?',
  },
  'an exporter that there is not': {
    env: { OTEL_LOGS_EXPORTER: 'splunk' },
    line: 'OTEL_LOGS_EXPORTER: expected a list of otlp, otlp/stdout, otlp/file, console or none, got "splunk"; using otlp',
  },
  'a propagator that there is not': {
    env: { OTEL_PROPAGATORS: 'tracecontext,bagage' },
    line: 'OTEL_PROPAGATORS: expected a list of tracecontext, baggage, b3, b3multi, jaeger, ottrace, xray or none, got "bagage"; using tracecontext; did you mean baggage?',
  },
  'a number with a unit': {
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: '10s' },
    line: 'OTEL_EXPORTER_OTLP_TIMEOUT: expected an integer from 0 to 2147483647 (milliseconds, 0 is no limit), got "10s"; using 10000',
  },
  'a number that is larger than another allows': {
    env: { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '20' },
    line: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE: expected at most OTEL_BSP_MAX_QUEUE_SIZE, got "20"; using 10',
  },
  'a boolean in other words': {
    env: { OTEL_SDK_DISABLED: 'no' },
    line: 'OTEL_SDK_DISABLED: expected true or false, got "no"; using false',
  },
  'an endpoint that is no URL': {
    env: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: '//collector' },
    line: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: expected a URL that starts with http://, https:// or unix://, got "//collector"; using http://localhost:4318/v1/logs',
  },
  'the port of gRPC for HTTP': {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' },
    line: 'OTEL_EXPORTER_OTLP_ENDPOINT: port 4317 is usually that of gRPC, but the protocol is http/protobuf; using it; did you mean port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc?',
  },
  'the port of HTTP for gRPC': {
    env: {
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc',
    },
    line: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: port 4318 is usually that of OTLP over HTTP, but the protocol is grpc; using it; did you mean port 4317, or OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf?',
  },
  'a base that is the URL of a signal': {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/v1/metrics' },
    line: "OTEL_EXPORTER_OTLP_ENDPOINT: expected a base, to which /v1/metrics is appended, got one that ends with a signal's path; using http://collector:4318/v1/metrics/v1/metrics",
  },
  'the URL of a signal that is only a base': {
    env: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector:4318' },
    line: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: expected a URL with a path, got "http://collector:4318/"; using it; did you mean http://collector:4318/v1/logs?',
  },
  'headers that are no pairs': {
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'secret' },
    line: 'OTEL_EXPORTER_OTLP_HEADERS: expected name=value pairs with percent-encoded values, got something else at position 1; using none',
  },
  'attributes that are no pairs': {
    env: { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name' },
    line: 'OTEL_RESOURCE_ATTRIBUTES: expected percent-encoded key=value pairs, got "deployment.environment.name"; using none',
  },
  'an entity without an identity': {
    env: { OTEL_ENTITIES: 'service{};host{host.id=123}' },
    line: 'OTEL_ENTITIES: expected type{key=value,...}[key=value,...]@schema_url, got "service{}"; using host{host.id=123}',
  },
  'two entities that cannot both be': {
    env: { OTEL_ENTITIES: 'service{service.name=app1};service{service.name=app2}' },
    line: 'OTEL_ENTITIES: expected one entity of type service, got "service{service.name=app1}" too; using service{service.name=app2}',
  },
  'an instrumentation that there is not': {
    env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'fsx' },
    line: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS: expected a list of <names>, got "fsx"; ignoring it',
  },
  'an instrumentation with a letter missing': {
    env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'expres' },
    line: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS: expected a list of <names>, got "expres"; ignoring it; did you mean express?',
  },
  'an argument for a sampler that takes none': {
    env: { OTEL_TRACES_SAMPLER_ARG: '0.5' },
    line: 'OTEL_TRACES_SAMPLER_ARG: expected a sampler that takes an argument, got no OTEL_TRACES_SAMPLER; ignoring it',
  },
  'a ratio that is a percentage': {
    env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '100' },
    line: 'OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, got "100"; using 1',
  },
  'quotes that no shell took away': {
    env: { OTEL_SERVICE_NAME: '"shop"' },
    line: 'OTEL_SERVICE_NAME: expected a value without quotes, got one in quotes; using it as it is',
  },
  'a key without a certificate': {
    env: { OTEL_EXPORTER_OTLP_CLIENT_KEY: '/key.pem' },
    line: 'OTEL_EXPORTER_OTLP_CLIENT_KEY: expected OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE beside it, got none; the collector is shown no certificate',
  },
};

/** Where spans and metrics go whatever the case sets; log records there are none, so they have no need of it. */
function working({ url }: OtlpReceiver): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
    OTEL_METRICS_EXPORTER: 'none',
  };
}

describe('a setting that is wrong gives one line, and nothing else goes wrong', () => {
  for (const [kind, { env, line }] of Object.entries(kinds)) {
    test(kind, async (t) => {
      const receiver = await receiverFor(t);
      // For metrics alone, where the case is about metrics.
      const metrics = line.includes('/v1/metrics') ? { OTEL_METRICS_EXPORTER: 'otlp' } : {};
      const runs = await withAndWithout(
        [program, 'natural'],
        {},
        { env: { ...working(receiver), ...metrics, ...env, OTEL_LOG_LEVEL: 'warn' } },
      );
      const lines = runs.traced.stderr
        .trimEnd()
        .split('\n')
        .filter((each) => !/metrics not delivered/.test(each))
        .map((each) =>
          each.replace(/(INSTRUMENTATIONS: expected a list of) [\w, -]+, got/, '$1 <names>, got'),
        );
      assert.deepEqual(lines, [`otel-instrument: ${line}`]);
      assert.equal(runs.traced.exitCode, runs.plain.exitCode);
      assert.equal(runs.traced.stdout, runs.plain.stdout);
      await receiver.drained();
      assert.equal(receiver.spans.length, 2);
    });
  }

  test('worker threads do not repeat it', async () => {
    const source = `
      const { Worker, isMainThread } = require('node:worker_threads');
      if (isMainThread) for (let i = 0; i < 3; i++) new Worker(__filename);`;
    const directory = mkdtempSync(join(tmpdir(), 'otel-instrument-workers-'));
    try {
      writeFileSync(join(directory, 'app.cjs'), source);
      const env = { OTEL_SERVICE_NAMR: 'shop', OTEL_BSP_SCHEDULE_DELAY: 'soon' };
      const { stderr } = await runProgram([join(directory, 'app.cjs')], { preload: true, env });
      assert.equal(stderr.split('\n').length, 2 + 1, stderr);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test('a file that is missing, when it is needed', async () => {
    const { stderr } = await runProgram([program, 'natural'], {
      preload: true,
      env: {
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:1',
        OTEL_EXPORTER_OTLP_CERTIFICATE: '/missing.pem',
      },
    });
    assert.match(
      stderr,
      /^otel-instrument: [^\n]*OTEL_EXPORTER_OTLP_CERTIFICATE: cannot read "\/missing\.pem" \(ENOENT\)[^\n]*\n$/,
    );
  });
});

test('nothing is said of what is right, or meant for others', async (t) => {
  const receiver = await receiverFor(t);
  const env = {
    ...working(receiver),
    OTEL_SERVICE_NAME: 'shop',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '1',
    OTEL_INSTRUMENTATION_HTTP_REQUIRE_PARENT_SPAN: 'false',
    OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST: 'x-request-id',
    OTEL_COLLECTOR_SERVICE_HOST: '10.0.0.11',
    OTEL_COLLECTOR_SERVICE_PORT: '4318',
    OTEL_COLLECTOR_PORT: 'tcp://10.0.0.11:4318',
    OTEL_COLLECTOR_PORT_4318_TCP: 'tcp://10.0.0.11:4318',
    OTEL_COLLECTOR_PORT_4318_TCP_ADDR: '10.0.0.11',
    OTEL_PYTHON_EXCLUDED_URLS: 'health',
    OTEL_JAVAAGENT_DEBUG: 'true',
    OTEL_DOTNET_AUTO_HOME: '/otel',
    OTEL_POD_IP: '10.0.0.1',
    OTEL_NODE_IP: '10.0.0.2',
    OTEL_RESOURCE_ATTRIBUTES_POD_NAME: 'shop-1',
    OTEL_RESOURCE_ATTRIBUTES_NODE_NAME: 'node-1',
    OTEL_ENTITIES: 'service{service.name=shop}',
  };
  assertSameRun(await withAndWithout([program, 'natural'], {}, { env }), 0);
  await receiver.drained();
  assert.equal(receiver.spans.length, 2);
});

async function receiverFor(t: TestContext): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  return receiver;
}
