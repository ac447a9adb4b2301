import type { Worker } from 'node:worker_threads';
import type { Config, ExporterConfig } from '../config/config';
import type { Exporter } from '../export/exporter';
import { subscribe } from '../hook/subscribe';
import { satisfies } from '../hook/versions';
import type { Delivery, ProcessEnd } from '../lifecycle/process-end';
import type { EncodedItem } from '../model/encoded-item';
import { isMainThread } from '../model/main-thread';
import type { Scope } from '../model/span-data';
import type { OpenSpans } from '../sdk/trace/open-spans';
import type { WorkerInbox } from '../threads/main-side';
import { nodeVersions, workerChannel } from '../threads/offer';
import type { ItemKind, Signal } from '../threads/scope-labels';
import type { WorkerThread } from './worker-thread';

/** An item as its exporter gets it. */
export interface Item {
  readonly scope: Scope;
}

/** Where a signal goes: a processor, or a periodic reader. */
export interface Destination {
  readonly exporter: ExporterConfig;
  readonly maxExportBatchSize?: number | undefined;
}

/** What the telemetry of worker threads goes through. */
export interface Threads {
  /**
   * The exporter of this thread: the one that `create` makes, or, in a worker, one that hands its items over to the main thread and makes that
   * one only if nobody takes them.
   */
  exporter<T extends Item>(
    signal: Signal,
    destinations: readonly Destination[],
    create: () => Exporter<T | EncodedItem>,
  ): Exporter<T | EncodedItem>;
  /** In a worker, lets the main thread see the spans that are open: they are not lost when the worker is stopped. */
  openSpans(destinations: readonly Destination[], openSpans: OpenSpans): OpenSpans;
  /**
   * In the main thread: says who takes the items of workers.
   * @param hold - lifts the limit of items, at the end of the process.
   */
  receive(
    signal: Signal,
    destinations: readonly Destination[],
    take: (item: EncodedItem) => void,
    hold?: () => void,
  ): void;
}

/**
 * Lets workers use the exporters of the main thread: a worker loads no HTTP client and opens no connection, its items leave in the same requests
 * as all others, and what it has written is safe however it ends.
 */
export function connectThreads(config: Config, deliveries: Delivery[], processEnd: ProcessEnd): Threads {
  return isMainThread() ? mainThread(config, deliveries, processEnd) : workerThread(config, deliveries);
}

function mainThread(config: Config, deliveries: Delivery[], processEnd: ProcessEnd): Threads {
  const takers: Partial<Record<ItemKind, (item: EncodedItem) => void>> = {
    openSpans(span) {
      const { endNow } = require('../export/otlp/end-now') as typeof import('../export/otlp/end-now');
      takers.spans?.(endNow(span));
    },
  };
  const holds: (() => void)[] = [];
  let isListening = false;
  return {
    exporter: (_signal, _destinations, create) => create(),
    openSpans: (_destinations, openSpans) => openSpans,
    receive(signal, destinations, take, hold) {
      if (!canHandOver(signal, destinations)) return;
      if (!isListening) listen();
      takers[signal] = take;
      if (hold) holds.push(hold);
    },
  };

  function listen(): void {
    isListening = true;
    let inbox: WorkerInbox | undefined;
    subscribe(workerChannel, (message) => {
      inbox ??= createInbox();
      inbox.onWorker((message as { worker: Worker }).worker);
    });
    // Before the signals themselves, whose exporters get what there is.
    deliveries.unshift({
      hasWork: () => inbox?.hasItems() === true,
      flush: () => inbox?.takeAll(),
      finish() {
        for (const hold of holds) hold();
        inbox?.takeAll();
        inbox?.takeOpen();
      },
    });
    deliveries.push({
      hasWork: () => inbox?.isAnyLeaving() === true,
      flush() {},
      finish: (budgetMillis) => inbox?.awaitLeaving(budgetMillis),
    });
  }

  function createInbox(): WorkerInbox {
    const { receiveFromWorkers } = require('../threads/main-side') as typeof import('../threads/main-side');
    return receiveFromWorkers(
      config.resource.serviceName,
      (kind, item) => takers[kind]?.(item),
      (isOpen) => (isOpen ? processEnd.arm() : processEnd.disarmIfDone()),
    );
  }
}

/** What a worker needs loads with its first item: many only help, and have none. */
function workerThread(config: Config, deliveries: Delivery[]): Threads {
  let thread: WorkerThread | undefined;
  return {
    exporter(signal, destinations, create) {
      const { named } = require('./worker-thread') as typeof import('./worker-thread');
      return named(
        signal,
        canHandOver(signal, destinations) ? connected().exporter(signal, create) : create(),
      );
    },
    openSpans(destinations, openSpans) {
      if (!canHandOver('spans', destinations)) return openSpans;
      let shown: OpenSpans | undefined;
      return {
        ...openSpans,
        add(span) {
          shown ??= connected().openSpans(openSpans);
          shown.add(span);
        },
        remove: (span) => (shown ?? openSpans).remove(span),
      };
    },
    receive() {},
  };

  function connected(): WorkerThread {
    const { connectWorkerThread } = require('./worker-thread') as typeof import('./worker-thread');
    const patienceMillis = config.traces.processors[0]?.batch?.scheduleDelayMillis ?? defaultPatienceMillis;
    if (thread === undefined) {
      thread = connectWorkerThread(config.resource.serviceName, patienceMillis);
      deliveries.push(thread.lastDelivery);
    }
    return thread;
  }
}

/** How long the main thread may take to answer where spans do not say how long they may wait. */
const defaultPatienceMillis = 1000;

/**
 * Consoles and files want more of an item than its bytes, and Node must tell of the workers that start. Of metrics every reader makes its own, and
 * one that counts the points of its requests cannot count these.
 */
function canHandOver(signal: Signal, destinations: readonly Destination[]): boolean {
  return (
    satisfies(process.versions.node, nodeVersions) &&
    destinations.length > 0 &&
    destinations.every(({ exporter }) => exporter.kind === 'otlp') &&
    (signal !== 'metrics' || (destinations.length === 1 && destinations[0]!.maxExportBatchSize === undefined))
  );
}
