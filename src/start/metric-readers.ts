import type { ReaderConfig } from '../config/config';
import { log, messageOf } from '../diag/log';
import type { Exporter } from '../export/exporter';
import type { ScopedMetric } from '../export/otlp/metric-batch';
import type { Delivery } from '../lifecycle/process-end';
import { isMainThread } from '../model/main-thread';
import type { MetricData, PointIdentity, ScopeMetrics } from '../model/metric-data';
import { detached } from '../model/timers';
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
  { resource, userAgent, processEnd, report, isReplaced }: ReaderEnvironment,
): PreparedReader {
  let exporter: Exporter<ScopedMetric> | undefined;
  let hasNews = false;
  let isObserved = false;
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
        if (hasNews || isObserved) add(read()?.collectSync() ?? []);
        exporter?.flushSync(budgetMillis);
      },
    },
  };

  function add(scopes: readonly ScopeMetrics[]): void {
    hasNews = false;
    if (isReplaced()) return;
    report?.countPoints(scopes);
    try {
      exporter ??= detached(createExporter);
      for (const { scope, metrics } of scopes)
        for (const metric of metrics)
          for (const piece of pieces(ofThread(metric))) exporter.add({ scope, metric: piece });
    } catch (error) {
      log.warnOnce(`metrics cannot be exported: ${messageOf(error)}`);
    }
  }

  function createExporter(): Exporter<ScopedMetric> {
    const { createMetricExporter } = require('../export/metrics') as typeof import('../export/metrics');
    return createMetricExporter(config, resource(), userAgent, processEnd.disarmIfDone);
  }
}

/** Points of one metric in a piece; they are far fewer bytes than a request may have. */
const maxPoints = 2000;

/** With a high limit of series a metric can be larger than a request. */
function pieces(metric: MetricData): readonly MetricData[] {
  const { length } = metric.points;
  if (length <= maxPoints) return [metric];
  return Array.from({ length: Math.ceil(length / maxPoints) }, (_, i) => {
    const points = metric.points.slice(i * maxPoints, (i + 1) * maxPoints);
    return { ...metric, points } as MetricData;
  });
}

/** The resource is the process's: without the thread, two threads would report different values of one series ("Single-Writer" of the data model). */
function ofThread(metric: MetricData): MetricData {
  if (isMainThread()) return metric;
  const { threadId } = require('node:worker_threads') as typeof import('node:worker_threads');
  const points = (metric.points as readonly PointIdentity[]).map((point) => ({
    ...point,
    attributes: { ...point.attributes, 'thread.id': threadId },
  }));
  return { ...metric, points } as unknown as MetricData;
}

/** Serves what Prometheus asks for. */
export function preparePrometheus(
  { host, port, cardinalityLimit, cardinalityLimits }: Extract<ReaderConfig, { kind: 'prometheus' }>,
  read: () => MetricReader,
  { resource, isReplaced }: ReaderEnvironment,
): PreparedReader {
  return { options: { temporality: 'cumulative', cardinalityLimit, cardinalityLimits }, serve };

  function serve(): void {
    const { servePrometheus } =
      require('../export/prometheus/server') as typeof import('../export/prometheus/server');
    servePrometheus({ host, port, resource, collect });
  }

  function collect(done: (metrics: readonly ScopeMetrics[]) => void): void {
    if (isReplaced()) done([]);
    else read().collect(scrapeTimeoutMillis, done);
  }
}

/** Prometheus itself gives up after 10 s by default. */
const scrapeTimeoutMillis = 5_000;
