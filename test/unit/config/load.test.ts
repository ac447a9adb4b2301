import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { OtlpConfig } from '../../../src/config/config';
import { isInstrumentationEnabled } from '../../../src/config/enabled';
import { type Config, loadConfig } from '../../../src/config/load';
import { MAX_TIMER_MILLIS } from '../../../src/config/parsers';
import { detectorNames } from '../../../src/config/resource-detectors';
import { allSettings, settings } from '../../../src/config/settings';
import { defaultLimits } from '../../harness/span-limits';

const none = Object.create(null);

const batch = { exportTimeoutMillis: 30_000, maxQueueSize: 2048, maxExportBatchSize: 512 };

const otlpDefaults = (signal: 'traces' | 'metrics' | 'logs') =>
  ({
    kind: 'otlp',
    signal,
    url: `http://localhost:4318/v1/${signal}`,
    protocol: 'http/protobuf',
    headers: none,
    timeoutMillis: 10_000,
    compression: 'none',
  }) as const;

const defaults: Config = {
  sdkDisabled: false,
  logLevel: 'info',
  resource: {
    serviceName: undefined,
    attributes: none,
    entities: [],
    detectors: detectorNames,
    lookupTimeoutMillis: 1000,
  },
  propagators: ['tracecontext', 'baggage'],
  propagatorsSet: false,
  propagationHosts: undefined,
  remoteParent: 'trust',
  traces: {
    processors: [{ batch: { scheduleDelayMillis: 5000, ...batch }, exporter: otlpDefaults('traces') }],
    sampler: { kind: 'parent_based', root: { kind: 'always_on' } },
    keep: undefined,
    limits: defaultLimits,
  },
  metrics: {
    readers: [
      {
        kind: 'periodic',
        intervalMillis: 60_000,
        timeoutMillis: 30_000,
        temporality: 'cumulative',
        histogramAggregation: 'explicit_bucket_histogram',
        exporter: otlpDefaults('metrics'),
      },
    ],
    views: [],
    exemplarFilter: 'trace_based',
    selfMetrics: false,
  },
  logs: {
    processors: [{ batch: { scheduleDelayMillis: 1000, ...batch }, exporter: otlpDefaults('logs') }],
    limits: { attributeCount: 128, attributeValueLength: Number.POSITIVE_INFINITY },
  },
  instrumentations: { enabled: undefined, disabled: [] },
  operations: {
    capturedHeaders: {
      serverRequest: undefined,
      serverResponse: undefined,
      clientRequest: undefined,
      clientResponse: undefined,
    },
    secretHeaders: settings.secretHeaders.fallback,
    excludedUrls: undefined,
    sensitiveQueryParameters: undefined,
    querySanitization: true,
    serviceMapping: undefined,
    messagingHeaders: undefined,
    options: {},
  },
  ownSdk: 'stand-down',
  envCarrier: ['in', 'out'],
  messagingEnvelope: 'none',
  exitTimeoutMillis: 500,
  httpKnownMethods: ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'],
  exceptionSignal: 'spans',
  logKeys: { traceId: 'trace_id', spanId: 'span_id', traceFlags: 'trace_flags' },
};

test('without variables: the defaults of the specification', () => {
  assert.deepEqual(loadConfig({}), { config: defaults, complaints: [] });
});

test('an empty or blank variable is an unset one', () => {
  const blank = Object.fromEntries(allSettings.map(({ name }, index) => [name, ' '.repeat(index % 2)]));
  assert.deepEqual(loadConfig(blank), { config: defaults, complaints: [] });
});

const spanExporters = (c: Config) => c.traces.processors.map(({ exporter }) => exporter.kind);

function spanOtlp(config: Config): OtlpConfig {
  const [processor] = config.traces.processors;
  assert.equal(processor?.exporter.kind, 'otlp');
  return processor.exporter as OtlpConfig;
}

/** What a set of variables changes, and the complaints that it brings. */
const cases: {
  env: NodeJS.ProcessEnv;
  part: (config: Config) => unknown;
  is: unknown;
  complaints?: string[];
}[] = [
  { env: { OTEL_SDK_DISABLED: 'True' }, part: (c) => c.sdkDisabled, is: true },
  {
    env: { OTEL_SDK_DISABLED: '1' },
    part: (c) => c.sdkDisabled,
    is: false,
    complaints: ['OTEL_SDK_DISABLED: expected true or false, got "1"; using false'],
  },
  { env: { OTEL_SERVICE_NAME: ' shop ' }, part: (c) => c.resource.serviceName, is: 'shop' },
  {
    env: { OTEL_RESOURCE_ATTRIBUTES: 'a=b,c' },
    part: (c) => c.resource.attributes,
    is: none,
    complaints: ['OTEL_RESOURCE_ATTRIBUTES: expected percent-encoded key=value pairs, got "c"; using none'],
  },
  {
    env: { OTEL_LOG_LEVEL: 'trace' },
    part: (c) => c.logLevel,
    is: 'info',
    complaints: [
      'OTEL_LOG_LEVEL: expected none, error, warn, info, debug, verbose or all, got "trace"; using info',
    ],
  },
  { env: { OTEL_PROPAGATORS: 'none' }, part: (c) => [c.propagators, c.propagatorsSet], is: [[], true] },
  {
    env: { OTEL_PROPAGATORS: 'b3,tracecontext,b3' },
    part: (c) => [c.propagators, c.propagatorsSet],
    is: [['b3', 'tracecontext'], true],
  },
  {
    env: { OTEL_PROPAGATORS: 'b4,tracecontext' },
    part: (c) => [c.propagators, c.propagatorsSet],
    is: [['tracecontext'], true],
    complaints: [
      'OTEL_PROPAGATORS: expected a list of tracecontext, baggage, b3, b3multi, jaeger, ottrace, xray or none, got "b4"; using tracecontext',
    ],
  },
  {
    env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
    part: (c) => c.traces.sampler,
    is: { kind: 'parent_based', root: { kind: 'trace_id_ratio', ratio: 0.5 } },
  },
  {
    env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' },
    part: (c) => c.traces.sampler,
    is: { kind: 'trace_id_ratio', ratio: 1 },
    complaints: ['OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, got "2"; using 1'],
  },
  {
    env: { OTEL_TRACES_SAMPLER_ARG: '0.5' },
    part: (c) => c.traces.sampler,
    is: defaults.traces.sampler,
    complaints: [
      'OTEL_TRACES_SAMPLER_ARG: expected a sampler that takes an argument, got no OTEL_TRACES_SAMPLER; ignoring it',
    ],
  },
  {
    env: { OTEL_BSP_MAX_QUEUE_SIZE: 'x' },
    part: (c) => c.traces.processors[0]!.batch!.maxQueueSize,
    is: 2048,
    complaints: ['OTEL_BSP_MAX_QUEUE_SIZE: expected a positive integer, got "x"; using 2048'],
  },
  {
    env: { OTEL_BSP_MAX_QUEUE_SIZE: '100' },
    part: (c) => c.traces.processors[0]!.batch!.maxExportBatchSize,
    is: 100,
  },
  {
    env: { OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '101' },
    part: (c) => c.traces.processors[0]!.batch!.maxExportBatchSize,
    is: 100,
    complaints: [
      'OTEL_BSP_MAX_EXPORT_BATCH_SIZE: expected at most OTEL_BSP_MAX_QUEUE_SIZE, got "101"; using 100',
    ],
  },
  {
    env: { OTEL_BSP_EXPORT_TIMEOUT: '0' },
    part: (c) => c.traces.processors[0]!.batch!.exportTimeoutMillis,
    is: MAX_TIMER_MILLIS,
  },
  { env: { OTEL_ATTRIBUTE_COUNT_LIMIT: '3' }, part: (c) => c.traces.limits.attributeCount, is: 3 },
  {
    env: { OTEL_ATTRIBUTE_COUNT_LIMIT: '3', OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '0' },
    part: (c) => c.traces.limits.attributeCount,
    is: 0,
  },
  {
    env: { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '9', OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '-1' },
    part: (c) => c.traces.limits.attributeValueLength,
    is: 9,
    complaints: [
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: expected a non-negative integer, got "-1"; using 9',
    ],
  },
  { env: { OTEL_TRACES_EXPORTER: 'console,otlp' }, part: spanExporters, is: ['console', 'otlp'] },
  {
    env: { OTEL_TRACES_EXPORTER: 'jaeger' },
    part: spanExporters,
    is: ['otlp'],
    complaints: [
      'OTEL_TRACES_EXPORTER: expected a list of otlp, otlp/stdout, otlp/file, zipkin, console or none, got "jaeger"; using otlp',
    ],
  },
  {
    env: { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_LOGS_EXPORTER: 'none' },
    part: (c) => [c.metrics.readers, c.logs.processors],
    is: [[{ kind: 'prometheus', host: 'localhost', port: 9464 }], []],
  },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/x' },
    part: (c) => spanOtlp(c).url,
    is: 'http://c/x/v1/traces',
  },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/x', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://d' },
    part: (c) => spanOtlp(c).url,
    is: 'http://d/',
    complaints: [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: expected a URL with a path, got "http://d/"; using it; did you mean http://d/v1/traces?',
    ],
  },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://u:p@c', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://u:p@d' },
    part: (c) => spanOtlp(c).url,
    is: 'http://u:p@c/v1/traces',
    complaints: [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: expected a URL that starts with http://, https:// or unix://, got "ftp://REDACTED@d"; using http://REDACTED@c/v1/traces',
    ],
  },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
    part: (c) => spanOtlp(c).url,
    is: 'http://localhost:4318/v1/traces',
    complaints: [
      'OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL that starts with http://, https:// or unix://, got "localhost:4318"; using http://localhost:4318',
    ],
  },
  {
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'thrift' },
    part: (c) => spanOtlp(c).protocol,
    is: 'http/protobuf',
    complaints: [
      'OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf, http/json or grpc, got "thrift"; using http/protobuf',
    ],
  },
  {
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2,c=secret%' },
    part: (c) => spanOtlp(c).headers,
    is: Object.assign(Object.create(null), { b: '2' }),
    complaints: [
      'OTEL_EXPORTER_OTLP_TRACES_HEADERS: expected name=value pairs with percent-encoded values, got something else at position 2; using b',
    ],
  },
  {
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: '7', OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'GZIP' },
    part: (c) => [spanOtlp(c).timeoutMillis, spanOtlp(c).compression],
    is: [7, 'gzip'],
  },
  {
    env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pg,*' },
    part: (c) => c.instrumentations.enabled,
    is: ['pg', '*'],
  },
  {
    env: { OTEL_NODE_MESSAGING_ENVELOPE: 'metadata.otel+wrap', OTEL_NODE_EXIT_TIMEOUT: '0' },
    part: (c) => [c.messagingEnvelope, c.exitTimeoutMillis],
    is: ['metadata.otel+wrap', 0],
  },
  {
    env: { OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: 'GET,PURGE' },
    part: (c) => c.httpKnownMethods,
    is: ['GET', 'PURGE'],
  },
  {
    env: {
      OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: 'logs/dup',
      OTEL_INSTRUMENTATION_COMMON_LOGGING_SPAN_ID_KEY: 'span',
    },
    part: (c) => [c.exceptionSignal, c.logKeys.spanId],
    is: ['logs/dup', 'span'],
  },
  {
    env: { OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: 'log' },
    part: (c) => c.exceptionSignal,
    is: 'spans',
    complaints: [
      'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: expected logs or logs/dup, got "log"; using spans; did you mean logs?',
    ],
  },
];

test('variables', async (t) => {
  for (const { env, part, is, complaints = [] } of cases) {
    await t.test(JSON.stringify(env), () => {
      const loaded = loadConfig(env);
      assert.deepEqual(part(loaded.config), is);
      assert.deepEqual(loaded.complaints, complaints);
    });
  }
});

test('enabled and disabled instrumentations', () => {
  const rows: [enabled: string, disabled: string, http: boolean][] = [
    ['', '', true],
    ['http', '', true],
    ['pg', '', false],
    ['*', '', true],
    ['', 'http', false],
    ['http', 'http', false],
    ['http', '*', false],
  ];
  for (const [enabled, disabled, http] of rows) {
    const { config } = loadConfig({
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: enabled,
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: disabled,
    });
    assert.equal(isInstrumentationEnabled(config.instrumentations, 'http'), http, `${enabled} - ${disabled}`);
  }
});

test('any text in any variable: no throw, and complaints of one line each', () => {
  const names = allSettings.map(({ name }) => name);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' })), (env) => {
      for (const complaint of loadConfig(env).complaints) assert.doesNotMatch(complaint, /[\r\n]/);
    }),
  );
});

test('every setting is described by one sentence and named once', () => {
  const all = allSettings;
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name, description } of all) assert.match(description, /^[A-Z][^\n]+\.$/, name);
});
