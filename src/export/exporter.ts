import { log } from '../diag/log';
import { monotonicMillis, renewAnchor } from '../model/clock';
import { detached, startTimer, stopTimer, type Timer } from '../model/timers';
import type { Batch } from './batch';
import type { Outcome, Sending, Transport } from './outcome';

/** Bounds and rhythm of an exporter: the `OTEL_BSP_*` settings for spans. */
export interface ExporterOptions<T> {
  /** What is exported, in the plural, for messages: `spans`. */
  readonly items: string;
  readonly endpoint: string;
  readonly transport: Transport;
  readonly createBatch: () => Batch<T>;
  readonly scheduleDelayMillis: number;
  readonly exportTimeoutMillis: number;
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  /** Bytes held at the most, encoded and waiting. */
  readonly maxQueueBytes: number;
  /** Called when nothing waits any more. */
  readonly onDrained?: (() => void) | undefined;
}

/** Collects items into batches and sends them, one request at a time. */
export interface Exporter<T> {
  add(item: T): void;
  /** Whether anything waits or is on its way. */
  hasUndelivered(): boolean;
  /** Starts sending what waits, now instead of at the next interval. */
  flush(): void;
  /** Until the next `flushSync`, which follows at once, nothing is sent, and no limit of items holds: what is open at the end comes at one go. */
  hold?(): void;
  /** Sends what waits and what is on its way without the event loop, within the budget; see {@link Transport.sendSync}. */
  flushSync(budgetMillis: number): void;
}

interface Sealed {
  readonly body: Uint8Array;
  readonly count: number;
}

/**
 * A queue bounded in items and bytes: when it is full the newest item is dropped and counted. A batch leaves when it is full
 * or `scheduleDelayMillis` after its first item.
 */
export function createExporter<T>(options: ExporterOptions<T>): Exporter<T> {
  let current: Batch<T> | undefined;
  const waiting: Sealed[] = [];
  let sending: Sealed | undefined;
  let request: Sending | undefined;
  let queuedCount = 0;
  let queuedBytes = 0;
  let dropped = 0;
  let isLost = false;
  let isHeld = false;
  let timer: Timer | undefined;

  return { add, hasUndelivered: () => queuedCount > 0, flush, hold, flushSync };

  function add(item: T): void {
    const isFull = queuedCount >= options.maxQueueSize && !isHeld;
    if (isFull || queuedBytes >= options.maxQueueBytes) {
      drop(1);
      return;
    }
    if (!put(item)) {
      // The batch has no room left in bytes; an item that an empty one refuses is too large for any.
      if (current?.count) flush();
      if (!put(item)) {
        drop(1);
        if (queuedCount === 0) options.onDrained?.();
        return;
      }
    }
    queuedCount++;
    if (current!.count >= options.maxExportBatchSize) flush();
    else timer ??= startTimer(flush, options.scheduleDelayMillis);
  }

  function put(item: T): boolean {
    current ??= options.createBatch();
    const bytesBefore = current.byteLength;
    if (!current.add(item)) return false;
    queuedBytes += current.byteLength - bytesBefore;
    return true;
  }

  function flush(): void {
    stopTimer(timer);
    timer = undefined;
    seal();
    if (sending === undefined && !isHeld) sendNext();
  }

  function seal(): void {
    if (current === undefined || current.count === 0) return;
    waiting.push({ body: current.encode(), count: current.count });
    current = undefined;
    queuedBytes = waiting.reduce((sum, { body }) => sum + body.byteLength, sending?.body.byteLength ?? 0);
  }

  function sendNext(): void {
    renewAnchor();
    const batch = (sending = waiting.shift());
    if (batch === undefined) return;
    const done = (outcome: Outcome) => {
      if (sending !== batch) return; // Delivered by flushSync meanwhile.
      settle(batch, outcome);
      sendNext();
    };
    request = detached(() => options.transport.send(batch.body, options.exportTimeoutMillis, done));
  }

  function settle(batch: Sealed, outcome: Outcome): void {
    release(batch);
    if (outcome.kind === 'success') {
      reportBack();
      if (outcome.rejected) {
        const { count, message } = outcome.rejected;
        log.warn(`${options.endpoint} refused ${count} ${options.items}: ${message || 'no reason given'}`);
      }
    } else {
      drop(batch.count);
      reportLost(outcome.reason);
    }
    if (queuedCount === 0) options.onDrained?.();
  }

  function release(batch: Sealed): void {
    sending = undefined;
    queuedCount -= batch.count;
    queuedBytes -= batch.body.byteLength;
  }

  function drop(count: number): void {
    dropped += count;
  }

  /** One line when the collector is lost, one when it is back, nothing between. */
  function reportLost(reason: string): void {
    if (isLost) return;
    isLost = true;
    log.warn(
      `cannot export ${options.items} to ${options.endpoint}: ${reason}; they are dropped until it is back`,
    );
  }

  function reportBack(): void {
    if (isLost) log.warn(`exporting ${options.items} to ${options.endpoint} again; ${dropped} were dropped`);
    else if (dropped > 0) log.warnOnce(`${options.items} are dropped: they come faster than they are sent`);
    isLost = false;
    dropped = 0;
  }

  function hold(): void {
    isHeld = true;
  }

  function flushSync(budgetMillis: number): void {
    stopTimer(timer);
    timer = undefined;
    seal();
    isHeld = false;
    if (sending && request?.hasLeft()) release(sending);
    if (sending) waiting.unshift(sending);
    const deadline = monotonicMillis() + budgetMillis;
    while (waiting.length > 0) {
      const left = deadline - monotonicMillis();
      const outcome: Outcome =
        left > 0
          ? options.transport.sendSync(waiting[0]!.body, left)
          : { kind: 'retryable', reason: 'no time' };
      // What is wrong with one batch need not be wrong with the next, but a collector that is not there does not come back so soon.
      if (outcome.kind !== 'retryable') settle(waiting.shift()!, outcome);
      else loseRest(outcome.reason, monotonicMillis() >= deadline);
    }
  }

  function loseRest(reason: string, isLate: boolean): void {
    let count = 0;
    for (const batch of waiting.splice(0)) {
      release(batch);
      count += batch.count;
    }
    drop(count);
    log.warn(
      `${options.items} not delivered to ${options.endpoint} at the end of the process: ${count} (${reason}${isLate ? ', OTEL_NODE_EXIT_TIMEOUT is over' : ''})`,
    );
    options.onDrained?.();
  }
}
