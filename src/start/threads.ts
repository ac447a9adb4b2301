import { subscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import type { Config, ProcessorConfig } from '../config/config';
import type { Exporter } from '../export/exporter';
import { satisfies } from '../hook/versions';
import type { Delivery } from '../lifecycle/process-end';
import type { EncodedItem } from '../model/encoded-item';
import { isMainThread } from '../model/main-thread';
import type { Scope } from '../model/span-data';
import type { WorkerInbox } from '../threads/main-side';
import { nodeVersions, workerChannel } from '../threads/offer';
import type { Signal } from '../threads/scope-labels';
import type { HandingOver } from './worker-thread';

/** An item as its exporter gets it: attributes may still be added. */
export interface Item {
  readonly scope: Scope;
  readonly attributeKeys: readonly string[];
  readonly attributeValues: readonly unknown[];
}

/** What spans and log records of worker threads go through. */
export interface Threads {
  /**
   * The exporter of this thread: the one that `create` makes, or, in a worker, one that hands its items over to the main thread and makes that
   * one only if nobody takes them.
   */
  exporter<T extends Item>(
    signal: Signal,
    processors: readonly ProcessorConfig[],
    create: () => Exporter<T | EncodedItem>,
  ): Exporter<T | EncodedItem>;
  /**
   * In the main thread: says who takes the items of workers.
   * @param hold - lifts the limit of items, at the end of the process.
   */
  receive(
    signal: Signal,
    processors: readonly ProcessorConfig[],
    take: (item: EncodedItem) => void,
    hold: () => void,
  ): void;
}

/**
 * Lets workers use the exporters of the main thread: a worker loads no HTTP client and opens no connection, its items leave in the same requests
 * as all others, and what it has written is safe however it ends.
 */
export function connectThreads(config: Config, deliveries: Delivery[]): Threads {
  return isMainThread() ? mainThread(config, deliveries) : workerThread(config);
}

function mainThread(config: Config, deliveries: Delivery[]): Threads {
  const takers: Partial<Record<Signal, (item: EncodedItem) => void>> = {};
  const holds: (() => void)[] = [];
  return {
    exporter: (_signal, _processors, create) => create(),
    receive(signal, processors, take, hold) {
      if (!canHandOver(processors)) return;
      if (holds.length === 0) listen();
      takers[signal] = take;
      holds.push(hold);
    },
  };

  function listen(): void {
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
      },
    });
  }

  function createInbox(): WorkerInbox {
    const { receiveFromWorkers } = require('../threads/main-side') as typeof import('../threads/main-side');
    return receiveFromWorkers(config.resource.serviceName, (signal, item) => takers[signal]?.(item));
  }
}

/** What a worker needs loads with its first item: many only help, and have none. */
function workerThread(config: Config): Threads {
  let handingOver: HandingOver | undefined;
  return {
    exporter(signal, processors, create) {
      const { handOverItems, named } = require('./worker-thread') as typeof import('./worker-thread');
      if (!canHandOver(processors)) return named(create());
      handingOver ??= handOverItems(config.resource.serviceName);
      return named(handingOver(signal, processors[0]!.batch?.scheduleDelayMillis ?? 0, create));
    },
    receive() {},
  };
}

/** Consoles and files want more of an item than its bytes, and Node must tell of the workers that start. */
function canHandOver(processors: readonly ProcessorConfig[]): boolean {
  return (
    satisfies(process.versions.node, nodeVersions) &&
    processors.length > 0 &&
    processors.every(({ exporter }) => exporter.kind === 'otlp')
  );
}
