import { oneOf, ratio, someOf, timeoutMillis } from '../parsers';
import { count, millis, optional, setting, size } from './setting';

/** What concerns spans, but for OTLP. */
export const traces = {
  tracesExporters: setting(
    'OTEL_TRACES_EXPORTER',
    someOf(['otlp', 'console']),
    ['otlp'],
    'Chooses where spans go; `console` draws them on standard output.',
  ),
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
};
