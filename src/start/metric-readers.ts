import type { ReaderConfig } from '../config/config';
import { log, messageOf } from '../diag/log';
import type { Exporter } from '../export/exporter';
import type { ScopedMetric } from '../export/otlp/metric-batch';
import type { Delivery } from '../lifecycle/process-end';
import type { EncodedItem } from '../model/encoded-item';
import type { MetricData, ScopeMetrics } from '../model/metric-data';
import { detached } from '../model/timers';
import { includedKeys } from '../sdk/included-keys';
import type { MetricReader, ReaderOptions } from '../sdk/metrics/meter-provider';
import { createPeriodicReader } from '../sdk/metrics/periodic-reader';
import type { StartEnvironment } from './environment';

/** A reader before there is anything to read. */
export interface PreparedReader {
  readonly options: ReaderOptions;
  /** Missing if the end of the process is nothing to it. */
  readonly delivery?: Delivery;
  /** Starts what answers those who ask for metrics. */
  readonly serve?: () => void;
  /** Takes a metric of a worker. */
  readonly take?: (metric: EncodedItem) => void;
}

/** What readers need to know, besides what signals share. */
export interface ReaderEnvironment extends StartEnvironment {
  /** Whether the program has taken metrics over. */
  readonly isReplaced: () => boolean;
}

/** Collects at an interval, and a last time when the process ends, if anything was measured since. What exports is loaded by the first collection. */
export function preparePeriodic(
  config: Extract<ReaderConfig, { kind: 'periodic' }>,
  read: () => MetricReader | undefined,
  { config: { metrics }, threads, resource, userAgent, processEnd, report, isReplaced }: ReaderEnvironment,
): PreparedReader {
  let exporter: Exporter<ScopedMetric | EncodedItem> | undefined;
  let hasNews = false;
  let isObserved = false;
  const { maxExportBatchSize = Number.POSITIVE_INFINITY } = config;
  const periodic = createPeriodicReader({
    intervalMillis: config.intervalMillis,
    timeoutMillis: config.timeoutMillis,
    reader: read,
    onCollected(metrics) {
      add(metrics);
      exporter?.flush();
    },
  });
  return {
    options: {
      temporality: config.temporality,
      histogram: { kind: config.histogramAggregation },
      cardinalityLimit: config.cardinalityLimit,
      cardinalityLimits: config.cardinalityLimits,
      onMeasured() {
        hasNews = true;
        processEnd.arm();
        periodic.start();
      },
      onCallback(isBackground) {
        periodic.start();
        if (isBackground) return;
        isObserved = true;
        processEnd.arm();
      },
    },
    delivery: {
      hasWork: () => (!isReplaced() && (hasNews || isObserved)) || exporter?.hasUndelivered() === true,
      flush: periodic.collect,
      finish(budgetMillis) {
        if (hasNews || isObserved) add(read()?.collectSync() ?? [], true);
        exporter?.flushSync(budgetMillis);
      },
    },
    take(metric) {
      exporter ??= detached(createExporter);
      exporter.add(metric);
    },
  };

  function add(scopes: readonly ScopeMetrics[], isLast = false): void {
    hasNews = false;
    if (isReplaced()) return;
    report?.countPoints(scopes);
    try {
      exporter ??= detached(createExporter);
      if (isLast) exporter.hold?.();
      let room = maxExportBatchSize;
      for (const { scope, metrics } of scopes)
        for (const metric of metrics)
          for (const piece of pieces(metric, maxExportBatchSize)) {
            room -= piece.points.length;
            if (room < 0) {
              exporter.flush();
              room = maxExportBatchSize - piece.points.length;
            }
            exporter.add({ scope, metric: piece });
          }
    } catch (error) {
      log.warnOnce(`metrics cannot be exported: ${messageOf(error)}`);
    }
  }

  function createExporter(): Exporter<ScopedMetric | EncodedItem> {
    return threads.exporter('metrics', metrics.readers.filter(isPeriodic), () => {
      const { createMetricExporter } = require('../export/metrics') as typeof import('../export/metrics');
      return createMetricExporter(config, resource(), userAgent, processEnd.disarmIfDone);
    });
  }
}

/** Whether a reader collects at an interval. */
export function isPeriodic(reader: ReaderConfig): reader is Extract<ReaderConfig, { kind: 'periodic' }> {
  return reader.kind === 'periodic';
}

/** Points of one metric in a piece; they are far fewer bytes than a request may have. */
const maxPiecePoints = 2000;

/** With a high limit of series a metric can be larger than a request. */
function pieces(metric: MetricData, maxBatchPoints: number): readonly MetricData[] {
  const { length } = metric.points;
  const maxPoints = Math.min(maxPiecePoints, maxBatchPoints);
  if (length <= maxPoints) return [metric];
  return Array.from({ length: Math.ceil(length / maxPoints) }, (_, i) => {
    const points = metric.points.slice(i * maxPoints, (i + 1) * maxPoints);
    return { ...metric, points } as MetricData;
  });
}

/** Serves what Prometheus asks for. */
export function preparePrometheus(
  config: Extract<ReaderConfig, { kind: 'prometheus' }>,
  read: () => MetricReader,
  { resource, isReplaced }: ReaderEnvironment,
): PreparedReader {
  const { host, port, text = {}, cardinalityLimit, cardinalityLimits } = config;
  return { options: { temporality: 'cumulative', cardinalityLimit, cardinalityLimits }, serve };

  function serve(): void {
    const { servePrometheus } =
      require('../export/prometheus/server') as typeof import('../export/prometheus/server');
    const { resourceLabels, ...options } = text;
    const isResourceLabel = includedKeys(resourceLabels);
    servePrometheus({ host, port, resource, collect, isResourceLabel, ...options });
  }

  function collect(done: (metrics: readonly ScopeMetrics[]) => void): void {
    if (isReplaced()) done([]);
    else read().collect(scrapeTimeoutMillis, done);
  }
}

/** Prometheus itself gives up after 10 s by default. */
const scrapeTimeoutMillis = 5_000;
