import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { meantVariable } from '../../../src/config/complaints-names';
import { loadConfig } from '../../../src/config/load';
import { allSettings } from '../../../src/config/settings';

const declared = [
  { name: 'pg' },
  { name: 'koa' },
  { name: 'redis' },
  { name: 'kafkajs' },
  { name: 'http', options: { requireParentSpan: { type: 'boolean', fallback: false, description: '' } } },
] as const;

function complaints(env: NodeJS.ProcessEnv): readonly string[] {
  return loadConfig(env, declared).complaints;
}

describe('misspelt variables', () => {
  const meant: Readonly<Record<string, string>> = {
    OTEL_SERVICE_NAM: 'OTEL_SERVICE_NAME',
    OTEL_SERIVCE_NAME: 'OTEL_SERVICE_NAME',
    OTEL_TRACE_EXPORTER: 'OTEL_TRACES_EXPORTER',
    OTEL_EXPORTER_OTPL_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    OTEL_EXPORTER_OTLP_TRACE_ENDPOINT: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    OTEL_EXPORTER_OTLP_ENDPOINTS: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    OTEL_METRICS_EXPORT_INTERVAL: 'OTEL_METRIC_EXPORT_INTERVAL',
    OTEL_EXPORTER_PROMETEUS_PORT: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    OTEL_INSTRUMENTATION_HTTP_REQUIRE_PARENT_SPANS: 'OTEL_INSTRUMENTATION_HTTP_REQUIRE_PARENT_SPAN',
    OTEL_INSTRUMENTATION_PG_ENABELD: 'OTEL_INSTRUMENTATION_PG_ENABLED',
    // A word is missing, or there is one too many.
    OTEL_EXPORTER_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    OTEL_OTLP_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    OTEL_DISABLED: 'OTEL_SDK_DISABLED',
    OTEL_NODE_SERVICE_NAME: 'OTEL_SERVICE_NAME',
    OTEL_ENABLED_INSTRUMENTATIONS: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
  };
  for (const [name, right] of Object.entries(meant)) {
    test(name, () => {
      assert.deepEqual(complaints({ [name]: 'x' }), [
        `${name}: expected the name of a setting, got an unknown one; ignoring it; did you mean ${right}?`,
      ]);
    });
  }

  test('two letters are a near miss, three are not', () => {
    const names = ['OTEL_PROPAGATORS'];
    const find = (name: string) => meantVariable(name, names, () => false);
    assert.equal(find('OTEL_PROPAGATO'), names[0]);
    assert.equal(find('OTEL_PROPAGAT'), undefined);
  });

  test('a word more or less counts only while the right variable is not set', () => {
    assert.deepEqual(
      complaints({ OTEL_EXPORTER_ENDPOINT: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }),
      [],
    );
  });
});

describe('variables that are nobody’s mistake', () => {
  const fine: Readonly<Record<string, NodeJS.ProcessEnv>> = {
    'links to a service of Kubernetes': {
      OTEL_COLLECTOR_SERVICE_HOST: '10.0.0.11',
      OTEL_COLLECTOR_SERVICE_PORT: '4318',
      OTEL_COLLECTOR_SERVICE_PORT_OTLP_HTTP: '4318',
      OTEL_COLLECTOR_PORT: 'tcp://10.0.0.11:4318',
      OTEL_COLLECTOR_PORT_4318_TCP: 'tcp://10.0.0.11:4318',
      OTEL_COLLECTOR_PORT_4318_TCP_PROTO: 'tcp',
      OTEL_COLLECTOR_PORT_4318_TCP_PORT: '4318',
      OTEL_COLLECTOR_PORT_4318_TCP_ADDR: '10.0.0.11',
      OTEL_SERVICE_HOST: '10.0.0.11',
      OTEL_PORT: 'tcp://10.0.0.11:4318',
      OTEL_EXPORTER_PROMETEUS_PORT: 'tcp://10.0.0.11:9464',
    },
    'agents for other languages': {
      OTEL_PYTHON_LOG_LEVEL: 'x',
      OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: 'x',
      OTEL_JAVA_GLOBAL_AUTOCONFIGURE_ENABLED: 'x',
      OTEL_JAVAAGENT_ENABLED: 'x',
      OTEL_DOTNET_AUTO_HOME: 'x',
      OTEL_GO_AUTO_TARGET_EXE: 'x',
      OTEL_PHP_AUTOLOAD_ENABLED: 'x',
      OTEL_RUBY_INSTRUMENTATION_PG_ENABLED: 'x',
      OTEL_INSTRUMENTATION_JEDIS_ENABLED: 'x',
      OTEL_INSTRUMENTATION_KAFKA_ENABLED: 'x',
      OTEL_INSTRUMENTATION_KTOR_ENABLED: 'x',
    },
    'the operator for Kubernetes': {
      OTEL_POD_IP: '10.0.0.1',
      OTEL_NODE_IP: '10.0.0.2',
      OTEL_RESOURCE_ATTRIBUTES_POD_NAME: 'x',
      OTEL_RESOURCE_ATTRIBUTES_NODE_NAME: 'x',
      OTEL_RESOURCE_ATTRIBUTES_POD_UID: 'x',
    },
    'variables of the specification that are not settings here': {
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http',
      OTEL_EXPORTER_OTLP_METRIC_INSECURE: 'true',
      OTEL_EXPORTER_OTLP_SPAN_INSECURE: 'true',
      OTEL_EXPORTER_JAEGER_ENDPOINT: 'x',
      OTEL_EXPORTER_JAEGER_TIMEOUT: '1',
      OTEL_EXPERIMENTAL_RESOURCE_DETECTORS: 'x',
      OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '1',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
    },
    'other names of settings, and options': {
      OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST: 'x-id',
      OTEL_INSTRUMENTATION_HTTP_REQUIRE_PARENT_SPAN: 'true',
      OTEL_INSTRUMENTATION_PG_ENABLED: 'true',
    },
    'the program’s own': { OTEL_ENABLED: 'true', OTEL_DEBUG: '1', OTEL_MY_COLLECTOR: 'x', OTEL_HOME: '/x' },
    'empty ones': { OTEL_SERVICE_NAM: '', OTEL_TRACE_EXPORTER: ' ' },
  };
  for (const [whose, env] of Object.entries(fine)) test(whose, () => assert.deepEqual(complaints(env), []));

  test('no setting is taken for another', () => {
    const set = Object.fromEntries(allSettings.map(({ name }) => [name, 'x']));
    assert.deepEqual(
      complaints({ ...set, OTEL_CONFIG_FILE: '' }).filter((line) => line.includes('did you mean OTEL_')),
      [],
    );
  });
});

describe('endpoints', () => {
  const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const tracesEndpoint = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  const cases: readonly (readonly [env: NodeJS.ProcessEnv, ...lines: string[]])[] = [
    [
      { [endpoint]: 'http://collector:4317' },
      `${endpoint}: port 4317 is usually that of gRPC, but the protocol is http/protobuf; using it; did you mean port 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc?`,
    ],
    [{ [endpoint]: 'http://collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
    [{ [endpoint]: 'http://collector:43170' }],
    [{ [endpoint]: 'http://collector:4318' }],
    [{ [endpoint]: 'http://collector:4318/base/' }],
    [{ [endpoint]: 'unix:///run/otlp.sock' }],
    [
      { [endpoint]: 'http://collector:4318', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      `${endpoint}: port 4318 is usually that of OTLP over HTTP, but the protocol is grpc; using it; did you mean port 4317, or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf?`,
    ],
    [
      { [tracesEndpoint]: 'http://collector:4317/v1/traces' },
      `${tracesEndpoint}: port 4317 is usually that of gRPC, but the protocol is http/protobuf; using it; did you mean port 4318, or OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc?`,
    ],
    [
      { [endpoint]: 'http://user:secret@collector:4318/v1/traces?key=secret' },
      `${endpoint}: expected a base, to which /v1/traces is appended, got one that ends with a signal's path; using http://collector:4318/v1/traces/v1/traces`,
    ],
    [
      { [tracesEndpoint]: 'http://user:secret@collector:4318' },
      `${tracesEndpoint}: expected a URL with a path, got "http://collector:4318/"; using it; did you mean http://collector:4318/v1/traces?`,
    ],
    [{ [tracesEndpoint]: 'http://collector:4318/v1/traces' }],
    [{ [tracesEndpoint]: 'https://collector/custom' }],
    // Of a signal that nobody wants, or with everything off.
    [{ [tracesEndpoint]: 'http://collector:4317', OTEL_TRACES_EXPORTER: 'none' }],
    [{ [endpoint]: 'http://collector:4317', OTEL_SDK_DISABLED: 'true' }],
  ];
  for (const [env, ...lines] of cases)
    test(Object.values(env).join(' '), () => assert.deepEqual(complaints(env), lines));
});

test('a client key without its certificate, or the reverse', () => {
  const [key, certificate] = ['OTEL_EXPORTER_OTLP_CLIENT_KEY', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'];
  const line = (name: string, other: string) =>
    `${name}: expected ${other} beside it, got none; the collector is shown no certificate`;
  assert.deepEqual(complaints({ [key]: '/k.pem' }), [line(key, certificate)]);
  assert.deepEqual(complaints({ [certificate]: '/c.pem' }), [line(certificate, key)]);
  assert.deepEqual(complaints({ [key]: '/k.pem', [certificate]: '/c.pem' }), []);
});

describe('OTEL_TRACES_SAMPLER_ARG', () => {
  const argument = { OTEL_TRACES_SAMPLER_ARG: '0.1' };
  const cases: readonly (readonly [sampler: string, got?: string])[] = [
    ['', 'no OTEL_TRACES_SAMPLER'],
    ['always_on', 'OTEL_TRACES_SAMPLER=always_on'],
    ['parentbased_always_off', 'OTEL_TRACES_SAMPLER=parentbased_always_off'],
    ['traceidratio'],
    ['parentbased_traceidratio'],
    ['PARENTBASED_TRACEIDRATIO'],
  ];
  for (const [sampler, got] of cases) {
    test(sampler || 'no sampler', () => {
      const lines = got
        ? [`OTEL_TRACES_SAMPLER_ARG: expected a sampler that takes an argument, got ${got}; ignoring it`]
        : [];
      assert.deepEqual(complaints({ ...argument, OTEL_TRACES_SAMPLER: sampler }), lines);
    });
  }

  test('a sampler that there is not is told, its argument is not', () => {
    assert.equal(complaints({ ...argument, OTEL_TRACES_SAMPLER: 'some' }).length, 1);
  });
});

test('quotes that no shell has taken away', () => {
  assert.deepEqual(complaints({ OTEL_SERVICE_NAME: '"shop"' }), [
    'OTEL_SERVICE_NAME: expected a value without quotes, got one in quotes; using it as it is',
  ]);
  assert.deepEqual(complaints({ OTEL_SERVICE_NAME: 'the "shop"' }), []);
  // Told once, by the parser.
  assert.equal(complaints({ OTEL_TRACES_EXPORTER: '"otlp"' }).length, 1);
});
