import {
  boolean,
  endpoint,
  headers,
  integer,
  list,
  MAX_TIMER_MILLIS,
  oneOf,
  type Parser,
  ratio,
  resourceAttributes,
  type StringMap,
  someOf,
  string,
  timeoutMillis,
} from './parsers';

/** One setting: everything that the program, `--help` and docs/configuration.md know about it. */
export interface Setting<T> {
  readonly name: string;
  readonly parser: Parser<T>;
  /** Used when the variable is unset, empty or not accepted. */
  readonly fallback: T;
  /** One sentence. */
  readonly description: string;
}

function setting<T>(name: string, parser: Parser<T>, fallback: NoInfer<T>, description: string): Setting<T> {
  return { name, parser, fallback, description };
}

/** A setting whose absence means something of its own: a general setting or a detected value takes its place. */
function optional<T>(name: string, parser: Parser<T>, description: string): Setting<T | undefined> {
  return { name, parser, fallback: undefined, description };
}

const millis = integer(0, MAX_TIMER_MILLIS);
const count = integer(0);
const size = integer(1);
const noLimit = Number.POSITIVE_INFINITY;
const noPairs: StringMap = Object.freeze(Object.create(null));
// gRPC and JSON are not there yet: asking for them gives a line, and this.
const protocol = oneOf(['http/protobuf']);
const compression = oneOf(['gzip', 'none']);

/** Every setting, in the order in which the documentation lists them. */
export const settings = {
  // General
  sdkDisabled: setting(
    'OTEL_SDK_DISABLED',
    boolean,
    false,
    'Switches all telemetry off; OTEL_PROPAGATORS still applies if set.',
  ),
  serviceName: optional(
    'OTEL_SERVICE_NAME',
    string,
    'Sets `service.name`; otherwise it is the name in the nearest package.json.',
  ),
  resourceAttributes: setting(
    'OTEL_RESOURCE_ATTRIBUTES',
    resourceAttributes,
    noPairs,
    'Adds attributes to the resource.',
  ),
  logLevel: setting(
    'OTEL_LOG_LEVEL',
    oneOf(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all']),
    'info',
    'Sets how much otel-instrument itself says on stderr.',
  ),
  propagators: setting(
    'OTEL_PROPAGATORS',
    someOf(['tracecontext', 'baggage']),
    ['tracecontext', 'baggage'],
    'Chooses the formats that carry context between processes.',
  ),

  // Traces
  sampler: setting(
    'OTEL_TRACES_SAMPLER',
    oneOf([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ]),
    'parentbased_always_on',
    'Decides which traces are recorded.',
  ),
  samplerRatio: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    ratio,
    1,
    'Sets the share of traces that a traceidratio sampler records.',
  ),
  batchScheduleDelay: setting(
    'OTEL_BSP_SCHEDULE_DELAY',
    millis,
    5000,
    'Sets the milliseconds between two exports of spans.',
  ),
  batchExportTimeout: setting(
    'OTEL_BSP_EXPORT_TIMEOUT',
    timeoutMillis,
    30_000,
    'Sets the milliseconds that one export of spans may take.',
  ),
  batchMaxQueueSize: setting(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    size,
    2048,
    'Sets how many spans wait at most; more are dropped.',
  ),
  batchMaxExportSize: setting(
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    size,
    512,
    'Sets how many spans are sent at once at most.',
  ),
  attributeCount: setting(
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    count,
    128,
    'Limits the number of attributes of anything recorded.',
  ),
  attributeValueLength: setting(
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    count,
    noLimit,
    'Limits the length of attribute values, in characters.',
  ),
  spanAttributeCount: optional(
    'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
    count,
    'Overrides OTEL_ATTRIBUTE_COUNT_LIMIT for spans.',
  ),
  spanAttributeValueLength: optional(
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    count,
    'Overrides OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT for spans.',
  ),
  spanEventCount: setting(
    'OTEL_SPAN_EVENT_COUNT_LIMIT',
    count,
    128,
    'Limits the number of events of a span.',
  ),
  spanLinkCount: setting('OTEL_SPAN_LINK_COUNT_LIMIT', count, 128, 'Limits the number of links of a span.'),
  eventAttributeCount: setting(
    'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    count,
    128,
    'Limits the number of attributes of a span event.',
  ),
  linkAttributeCount: setting(
    'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
    count,
    128,
    'Limits the number of attributes of a span link.',
  ),

  // Export
  tracesExporters: setting(
    'OTEL_TRACES_EXPORTER',
    someOf(['otlp', 'console']),
    ['otlp'],
    'Chooses where spans go; `console` draws them on standard output.',
  ),
  metricsExporters: setting(
    'OTEL_METRICS_EXPORTER',
    someOf(['otlp', 'prometheus', 'console', 'otlp/stdout']),
    ['otlp'],
    'Accepted, but without effect yet: there are no metrics.',
  ),
  logsExporters: setting(
    'OTEL_LOGS_EXPORTER',
    someOf(['otlp', 'console', 'otlp/stdout']),
    ['otlp'],
    'Accepted, but without effect yet: there are no logs.',
  ),
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    endpoint,
    'http://localhost:4318',
    'Sets the base URL of the OTLP collector; `/v1/traces` is appended.',
  ),
  otlpTracesEndpoint: optional(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    endpoint,
    'Sets the URL for spans, which is used as it is.',
  ),
  otlpProtocol: setting(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    protocol,
    'http/protobuf',
    'Sets the OTLP transport and encoding.',
  ),
  otlpTracesProtocol: optional(
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    protocol,
    'Overrides OTEL_EXPORTER_OTLP_PROTOCOL for spans.',
  ),
  otlpHeaders: setting('OTEL_EXPORTER_OTLP_HEADERS', headers, noPairs, 'Adds headers to every OTLP request.'),
  otlpTracesHeaders: optional(
    'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    headers,
    'Replaces OTEL_EXPORTER_OTLP_HEADERS for spans.',
  ),
  otlpTimeout: setting(
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    timeoutMillis,
    10_000,
    'Sets the milliseconds that one batch may take, retries included.',
  ),
  otlpTracesTimeout: optional(
    'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
    timeoutMillis,
    'Overrides OTEL_EXPORTER_OTLP_TIMEOUT for spans.',
  ),
  otlpCompression: setting(
    'OTEL_EXPORTER_OTLP_COMPRESSION',
    compression,
    'none',
    'Compresses OTLP requests.',
  ),
  otlpTracesCompression: optional(
    'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
    compression,
    'Overrides OTEL_EXPORTER_OTLP_COMPRESSION for spans.',
  ),

  // Node.js
  enabledInstrumentations: optional(
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    list,
    'Names the only instrumentations to use; `*` and unset mean all.',
  ),
  disabledInstrumentations: setting(
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    list,
    [],
    'Names instrumentations not to use, also among the enabled ones; `*` means all.',
  ),
  messagingEnvelope: setting(
    'OTEL_NODE_MESSAGING_ENVELOPE',
    oneOf(['none', 'metadata.otel', 'metadata.otel+wrap']),
    'none',
    'Carries context inside JSON messages, for brokers and bridges that lose headers.',
  ),
  exitTimeout: setting(
    'OTEL_NODE_EXIT_TIMEOUT',
    millis,
    500,
    'Sets the milliseconds that the end of the process may take longer to deliver telemetry.',
  ),
  httpKnownMethods: setting(
    'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
    list,
    ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'],
    'Replaces the HTTP methods that are recorded by name; others become `_OTHER`.',
  ),
};

/** A value in words, for complaints and documentation; of a map only the keys, since header values are secrets. */
export function valueText(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return 'no limit';
  if (typeof value === 'object' && value !== null) {
    return (Array.isArray(value) ? value : Object.keys(value)).join(',') || 'none';
  }
  return `${value ?? 'none'}`;
}
