import { oneOf, someOf, timeoutMillis } from '../parsers';
import { count, millis, optional, setting, size } from './setting';

/** What concerns log records, but for OTLP. */
export const logs = {
  logsExporters: setting(
    'OTEL_LOGS_EXPORTER',
    someOf(['otlp', 'otlp/stdout', 'otlp/file', 'console']),
    ['otlp'],
    'Chooses where log records go; `console` prints them on standard output.',
  ),
  logScheduleDelay: setting(
    'OTEL_BLRP_SCHEDULE_DELAY',
    millis,
    1000,
    'Sets the milliseconds between two exports of log records.',
  ),
  logExportTimeout: setting(
    'OTEL_BLRP_EXPORT_TIMEOUT',
    timeoutMillis,
    30_000,
    'Sets the milliseconds that one export of log records may take.',
  ),
  logMaxQueueSize: setting(
    'OTEL_BLRP_MAX_QUEUE_SIZE',
    size,
    2048,
    'Sets how many log records wait at most; more are dropped.',
  ),
  logMaxExportSize: setting(
    'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
    size,
    512,
    'Sets how many log records are sent at once at most.',
  ),
  logAttributeCount: optional(
    'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
    count,
    'Overrides OTEL_ATTRIBUTE_COUNT_LIMIT for log records.',
  ),
  logAttributeValueLength: optional(
    'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    count,
    'Overrides OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT for log records.',
  ),
  exceptionSignal: optional<'spans' | 'logs' | 'logs/dup'>(
    'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN',
    oneOf(['logs', 'logs/dup']),
    'Records exceptions as log records instead of span events (`logs`), or as both (`logs/dup`).',
  ),
};
