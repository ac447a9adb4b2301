import { boolean, integer, MAX_TIMER_MILLIS, oneOf, someOf, string, timeoutMillis } from '../parsers';
import { port, setting } from './setting';

/** What concerns metrics, but for OTLP. */
export const metrics = {
  metricsExporters: setting(
    'OTEL_METRICS_EXPORTER',
    someOf(['otlp', 'otlp/stdout', 'otlp/file', 'prometheus', 'console']),
    ['otlp'],
    'Chooses where metrics go; `console` prints them on standard output, `prometheus` serves them.',
  ),
  metricInterval: setting(
    'OTEL_METRIC_EXPORT_INTERVAL',
    integer(1, MAX_TIMER_MILLIS),
    60_000,
    'Sets the milliseconds between two exports of metrics; 10000 for the console unless it is set.',
  ),
  metricTimeout: setting(
    'OTEL_METRIC_EXPORT_TIMEOUT',
    timeoutMillis,
    30_000,
    'Sets the milliseconds that one export of metrics may take.',
  ),
  exemplarFilter: setting(
    'OTEL_METRICS_EXEMPLAR_FILTER',
    oneOf(['always_on', 'always_off', 'trace_based']),
    'trace_based',
    'Chooses the measurements that may become exemplars of a metric.',
  ),
  temporality: setting(
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    oneOf(['cumulative', 'delta', 'lowmemory']),
    'cumulative',
    'Chooses whether metrics count from the start or from the last export.',
  ),
  histogramAggregation: setting(
    'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    oneOf(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']),
    'explicit_bucket_histogram',
    'Chooses the kind of buckets that histograms have.',
  ),
  selfMetrics: setting(
    'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
    boolean,
    false,
    'Adds metrics about otel-instrument itself (`otel.sdk.*`).',
  ),
  prometheusHost: setting(
    'OTEL_EXPORTER_PROMETHEUS_HOST',
    string,
    'localhost',
    'Sets the host that the Prometheus endpoint listens on.',
  ),
  prometheusPort: setting(
    'OTEL_EXPORTER_PROMETHEUS_PORT',
    port,
    9464,
    'Sets the port that the Prometheus endpoint listens on.',
  ),
};
