import { threadId } from 'node:worker_threads';
import type { Exporter } from '../export/exporter';
import { createHandOverExporter, type HandOverExporter } from '../export/hand-over';
import type { ScopedMetric } from '../export/otlp/metric-batch';
import type { WriteItem } from '../export/otlp/scoped-batch';
import { writeSpan } from '../export/otlp/span';
import type { Delivery } from '../lifecycle/process-end';
import { type AttributeList, setAt } from '../model/attribute-list';
import type { EncodedItem } from '../model/encoded-item';
import type { MetricData, PointIdentity } from '../model/metric-data';
import type { Scope } from '../model/span-data';
import type { OpenSpans } from '../sdk/trace/open-spans';
import type { ItemKind, Signal } from '../threads/scope-labels';
import { threadIdKey } from '../threads/thread-id';
import { createHandOver } from '../threads/worker-side';
import type { Item } from './threads';
import { showOpenSpans } from './worker-open-spans';

/** A worker as far as the main thread exports for it. */
export interface WorkerThread {
  /**
   * Makes the exporter of a signal that hands its items over to the main thread.
   * @param createOwn - makes the exporter to use if it does not take them.
   */
  exporter<T extends Item>(
    signal: Signal,
    createOwn: () => Exporter<T | EncodedItem>,
  ): Exporter<T | EncodedItem>;
  /** Lets it see the spans that are open. */
  openSpans(openSpans: OpenSpans): OpenSpans;
  /** Comes after those of the signals: the main thread, whose end may be waiting, is told. */
  readonly lastDelivery: Delivery;
}

/**
 * @param serviceName - of this worker, if it was given one.
 * @param patienceMillis - how long the main thread may take to answer.
 */
export function connectWorkerThread(serviceName: string | undefined, patienceMillis: number): WorkerThread {
  const exporters: Partial<Record<ItemKind, HandOverExporter<never>>> = {};
  const handOver = createHandOver(
    { threadId, serviceName },
    {
      prepare() {
        for (const exporter of Object.values(exporters)) exporter.prepare();
      },
      takeBack: (kind, item) => exporters[kind]!.takeBack(item),
    },
    patienceMillis,
  );
  const { give, isInDoubt, settle } = handOver;
  return {
    exporter<T extends Item>(signal: Signal, createOwn: () => Exporter<T | EncodedItem>) {
      const way = {
        give: (scope: Scope, encoded: Uint8Array) => give(signal, scope, encoded),
        isInDoubt,
        settle,
      };
      const exporter = createHandOverExporter<T>(way, writerOf(signal) as WriteItem<T>, createOwn);
      exporters[signal] = exporter;
      return exporter;
    },
    openSpans: (openSpans) => showOpenSpans(openSpans, handOver),
    lastDelivery: { hasWork: handOver.isLeaving, flush() {}, finish: handOver.leave },
  };
}

/** Adds the thread's id to what a worker exports, in whatever way. */
export function named<T extends Item>(
  signal: Signal,
  exporter: Exporter<T | EncodedItem>,
): Exporter<T | EncodedItem> {
  const name = (signal === 'metrics' ? nameMetric : nameItem) as unknown as (item: T | EncodedItem) => T;
  return { ...exporter, add: (item) => exporter.add(name(item)) };
}

function nameItem(item: { readonly attributes: AttributeList }): unknown {
  setAt(item.attributes, threadIdKey, threadId);
  return item;
}

/** Without the thread, two threads would report different values of one series ("Single-Writer" of the data model). */
function nameMetric({ scope, metric }: ScopedMetric): ScopedMetric {
  const points = (metric.points as readonly PointIdentity[]).map((point) => ({
    ...point,
    attributes: { ...point.attributes, [threadIdKey]: threadId },
  }));
  return { scope, metric: { ...metric, points } as unknown as MetricData };
}

function writerOf(signal: Signal): unknown {
  switch (signal) {
    case 'spans':
      return writeSpan;
    case 'logs':
      return (require('../export/otlp/log-record') as typeof import('../export/otlp/log-record'))
        .writeLogRecord;
    case 'metrics': {
      const { writeMetric } = require('../export/otlp/metric') as typeof import('../export/otlp/metric');
      const write: WriteItem<ScopedMetric> = (writer, tag, { metric }) => writeMetric(writer, tag, metric);
      return write;
    }
  }
}
