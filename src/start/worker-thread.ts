import { threadId } from 'node:worker_threads';
import type { Exporter } from '../export/exporter';
import { createHandOverExporter, type HandOverExporter } from '../export/hand-over';
import type { WriteItem } from '../export/otlp/scoped-batch';
import { writeSpan } from '../export/otlp/span';
import type { EncodedItem } from '../model/encoded-item';
import type { Scope } from '../model/span-data';
import type { Signal } from '../threads/scope-labels';
import { createHandOver, type HandOver } from '../threads/worker-side';
import type { Item } from './threads';

/**
 * Makes the exporter of a signal that hands its items over to the main thread.
 * @param patienceMillis - how long the main thread may take to answer.
 * @param createOwn - makes the exporter to use if it does not.
 */
export type HandingOver = <T extends Item>(
  signal: Signal,
  patienceMillis: number,
  createOwn: () => Exporter<T | EncodedItem>,
) => Exporter<T | EncodedItem>;

/** @param serviceName - of this worker, if it was given one. */
export function handOverItems(serviceName: string | undefined): HandingOver {
  const exporters: Partial<Record<Signal, HandOverExporter<never>>> = {};
  let handOver: HandOver | undefined;

  return <T extends Item>(
    signal: Signal,
    patienceMillis: number,
    createOwn: () => Exporter<T | EncodedItem>,
  ) => {
    handOver ??= createHandOver(
      { threadId, serviceName },
      (back, item) => exporters[back]!.takeBack(item),
      patienceMillis,
    );
    const { give, isInDoubt, settle } = handOver;
    const way = {
      give: (scope: Scope, encoded: Uint8Array) => give(signal, scope, encoded),
      isInDoubt,
      settle,
    };
    const exporter = createHandOverExporter<T>(way, writerOf(signal) as WriteItem<T>, createOwn);
    exporters[signal] = exporter;
    return exporter as Exporter<T | EncodedItem>;
  };
}

/** `thread.id` (semantic conventions, "General attributes: thread") tells workers apart: the resource is the process's. */
const threadIdKey = 'thread.id';

/** Adds the thread's id to what a worker exports, in whatever way. */
export function named<T extends Item>(exporter: Exporter<T | EncodedItem>): Exporter<T | EncodedItem> {
  return {
    ...exporter,
    add(item) {
      const { attributeKeys, attributeValues } = item as unknown as Record<
        'attributeKeys' | 'attributeValues',
        unknown[]
      >;
      attributeKeys.push(threadIdKey);
      attributeValues.push(threadId);
      exporter.add(item);
    },
  };
}

function writerOf(signal: Signal): unknown {
  if (signal === 'spans') return writeSpan;
  return (require('../export/otlp/log-record') as typeof import('../export/otlp/log-record')).writeLogRecord;
}
