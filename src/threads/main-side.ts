import type { BroadcastChannel, Worker } from 'node:worker_threads';
import { log } from '../diag/log';
import { monotonicMillis } from '../model/clock';
import type { Scope } from '../model/span-data';
import { detached, startTimer } from '../model/timers';
import { channelName, type Offer } from './offer';
import { type ItemReader, readItems, type TakeItem } from './read-items';
import { awaitLeaving, claimRing, isLeaving } from './ring';

/** The main thread's end of what its workers hand over. */
export interface WorkerInbox {
  /** To be told of every worker that the program starts. */
  onWorker(worker: Worker): void;
  /** Whether workers have something that is not taken yet, finished or not. */
  hasItems(): boolean;
  /** Takes all that is finished, also from workers that are gone. */
  takeAll(): void;
  /** Takes what is not, of all workers: the process ends. */
  takeOpen(): void;
  /** Whether a worker that exports by itself is delivering its last. */
  isAnyLeaving(): boolean;
  /** Blocks until it has, at most so long. */
  awaitLeaving(budgetMillis: number): void;
}

/** How often the main thread looks for more, with workers that have something; sooner where it left some. */
const intervalMillis = 200;
const hurriedMillis = 20;
/** Items taken from a worker at a time, so that a full ring does not flood the queue that they go to. */
const maxCount = 512;

/**
 * Takes what workers hand over. As long as there is nothing, this costs a program with workers one channel that nobody writes to.
 * @param serviceName - of this thread, if it was given one.
 * @param onOpen - told again and again, as long as there are workers with something, whether anything of it is unfinished.
 */
export function receiveFromWorkers(
  serviceName: string | undefined,
  take: TakeItem,
  onOpen: (isOpen: boolean) => void,
): WorkerInbox {
  /** Not held: a worker that has ended goes with the listeners that the program gave it. */
  const workers = new Map<number, WeakRef<Worker>>();
  const readers = new Map<number, ItemReader>();
  /** Of workers that export by themselves. */
  const others = new Map<number, SharedArrayBuffer>();
  const scopes = new Map<string, Scope>();
  let channel: BroadcastChannel | undefined;
  let isLooking = false;
  return { onWorker, hasItems, takeAll, takeOpen, isAnyLeaving, awaitLeaving: awaitOthers };

  function onWorker(worker: Worker): void {
    acceptWaiting();
    for (const id of workers.keys()) {
      if (!isGone(id) || readers.has(id)) continue;
      workers.delete(id);
      others.delete(id);
    }
    workers.set(worker.threadId, new WeakRef(worker));
    channel ??= detached(listen);
  }

  /** Node itself holds the workers that run. */
  function isGone(id: number): boolean {
    const worker = workers.get(id)?.deref();
    return worker === undefined || worker.threadId < 0;
  }

  function listen(): BroadcastChannel {
    const { BroadcastChannel } = require('node:worker_threads') as typeof import('node:worker_threads');
    const opened = new BroadcastChannel(channelName);
    opened.onmessage = (event: unknown) => accept((event as { data: Offer }).data);
    opened.unref();
    return opened;
  }

  /** A worker of a worker is not known here, so its end would not be noticed: it keeps what it has. */
  function accept(offer: Offer): void {
    const { threadId, memory } = offer;
    const isWanted = workers.has(threadId) && (offer.serviceName ?? serviceName) === serviceName;
    if (!claimRing(memory, isWanted ? 'main' : 'worker') || !isWanted) {
      if (workers.has(threadId)) others.set(threadId, memory);
      return;
    }
    readers.set(threadId, readItems(offer, scopes));
    if (!isLooking) startTimer(look, hurriedMillis);
    isLooking = true;
  }

  function look(): void {
    takeFrom(maxCount);
    const isLeft = [...readers.values()].some((reader) => !reader.isEmpty());
    onOpen([...readers.values()].some((reader) => reader.hasOpen()));
    isLooking = readers.size > 0;
    if (isLooking) startTimer(look, isLeft ? hurriedMillis : intervalMillis);
  }

  function takeFrom(maxCount?: number): void {
    for (const [id, reader] of readers) {
      // Asked first: what a worker wrote in its last moment is there when it is gone.
      const isLast = isGone(id);
      reader.read(take, maxCount);
      countDropped(reader.takeDroppedCount());
      if (isLast && reader.isEmpty()) {
        reader.readOpen(take);
        readers.delete(id);
        workers.delete(id);
      }
    }
  }

  function countDropped(count: number): void {
    if (count > 0)
      log.warnOnce('telemetry of worker threads is dropped: it comes faster than the main thread takes it');
  }

  /** At the end of the process there is no event loop to bring the offers. */
  function acceptWaiting(): void {
    if (channel === undefined) return;
    const { receiveMessageOnPort } = require('node:worker_threads') as typeof import('node:worker_threads');
    for (;;) {
      const received = receiveMessageOnPort(channel as never) as { message: Offer } | undefined;
      if (received === undefined) return;
      accept(received.message);
    }
  }

  function hasItems(): boolean {
    acceptWaiting();
    for (const reader of readers.values()) if (!reader.isEmpty() || reader.hasOpen()) return true;
    return false;
  }

  function takeAll(): void {
    acceptWaiting();
    takeFrom();
  }

  function isAnyLeaving(): boolean {
    acceptWaiting();
    for (const [id, memory] of others) if (!isGone(id) && isLeaving(memory)) return true;
    return false;
  }

  function awaitOthers(budgetMillis: number): void {
    const end = monotonicMillis() + budgetMillis;
    // One that was stopped on the way never says that it has left.
    for (const [id, memory] of others)
      if (!isGone(id)) awaitLeaving(memory, Math.max(0, end - monotonicMillis()));
  }

  function takeOpen(): void {
    for (const reader of readers.values()) reader.readOpen(take);
    readers.clear();
  }
}
