import { boolean, endpoint, oneOf, someOf, string, timeoutMillis } from '../parsers';
import { alsoNamed, count, millis, optional, setting, size } from './setting';

/** What concerns spans, but for OTLP. */
export const traces = {
  tracesExporters: setting(
    'OTEL_TRACES_EXPORTER',
    someOf(['otlp', 'otlp/stdout', 'otlp/file', 'zipkin', 'console']),
    ['otlp'],
    'Chooses where spans go; `console` draws them on standard output, `otlp/stdout` and `otlp/file` write OTLP as lines of JSON.',
  ),
  zipkinEndpoint: setting(
    'OTEL_EXPORTER_ZIPKIN_ENDPOINT',
    endpoint,
    'http://localhost:9411/api/v2/spans',
    'Sets the URL to which the exporter `zipkin` sends spans.',
  ),
  zipkinTimeout: setting(
    'OTEL_EXPORTER_ZIPKIN_TIMEOUT',
    timeoutMillis,
    10_000,
    'Sets the milliseconds that one batch for Zipkin may take, retries included.',
  ),
  sampler: setting(
    'OTEL_TRACES_SAMPLER',
    oneOf([
      'always_on',
      'always_off',
      'traceidratio',
      'probability',
      'ratelimiting',
      'jaeger_remote',
      'xray',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
      'parentbased_probability',
      'parentbased_ratelimiting',
      'parentbased_jaeger_remote',
      'rules',
    ]),
    'parentbased_always_on',
    'Decides which traces are recorded.',
  ),
  samplerArgument: optional(
    'OTEL_TRACES_SAMPLER_ARG',
    string,
    'Sets what the sampler needs to know, such as the ratio; see docs/sampling.md.',
  ),
  keepOnError: setting(
    'OTEL_NODE_KEEP_ON_ERROR',
    boolean,
    false,
    'Exports traces that were not sampled if their first span in this process fails.',
  ),
  keepSlow: optional(
    'OTEL_NODE_KEEP_SLOW',
    millis,
    'Exports traces that were not sampled if their first span in this process takes at least so many milliseconds.',
  ),
  keepMaxBytes: setting(
    'OTEL_NODE_KEEP_MAX_BYTES',
    size,
    16 * 1024 * 1024,
    'Limits the memory for traces that may yet be kept; the oldest is forgotten.',
  ),
  spanScheduleDelay: setting(
    'OTEL_BSP_SCHEDULE_DELAY',
    millis,
    5000,
    'Sets the milliseconds between two exports of spans.',
  ),
  spanExportTimeout: setting(
    'OTEL_BSP_EXPORT_TIMEOUT',
    timeoutMillis,
    30_000,
    'Sets the milliseconds that one export of spans may take.',
  ),
  spanMaxQueueSize: setting(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    size,
    2048,
    'Sets how many spans wait at most; more are dropped.',
  ),
  spanMaxExportSize: setting(
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    size,
    512,
    'Sets how many spans are sent at once at most.',
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
  eventAttributeCount: alsoNamed(
    setting(
      'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
      count,
      128,
      'Limits the number of attributes of a span event.',
    ),
    'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  ),
  linkAttributeCount: alsoNamed(
    setting('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', count, 128, 'Limits the number of attributes of a span link.'),
    'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
  ),
};
