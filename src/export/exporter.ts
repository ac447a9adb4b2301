import { log } from '../diag/log';
import { monotonicMillis, renewAnchor } from '../model/clock';
import { observeExport } from '../model/export-observation';
import { isResourceComplete, whenResourceComplete } from '../model/resource';
import { detached, startTimer, stopTimer, type Timer } from '../model/timers';
import type { Batch } from './batch';
import { createBreaker } from './breaker';
import { createFlights, type Flight } from './flights';
import { createLedger, type ExportCounters } from './ledger';
import type { Outcome, Transport } from './outcome';
import { createQueue, type Sealed } from './queue';
import type { Spool } from './spool/spool';

/** Bounds and rhythm of an exporter: the `OTEL_BSP_*` settings for spans. */
export interface ExporterOptions<T> {
  /** What is exported, in the plural, for messages: `spans`. */
  readonly items: string;
  readonly endpoint: string;
  /** `otel.component.type`, for the SDK's own metrics. */
  readonly componentType?: string | undefined;
  readonly transport: Transport;
  readonly createBatch: () => Batch<T>;
  readonly scheduleDelayMillis: number;
  readonly exportTimeoutMillis: number;
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  /** Bytes of one request. */
  readonly maxBatchBytes: number;
  /** Bytes held at the most, encoded and waiting. */
  readonly maxQueueBytes: number;
  /** Where batches go that cannot be delivered. */
  readonly spool?: Spool | undefined;
  /** Called when nothing waits any more. */
  readonly onDrained?: (() => void) | undefined;
  /** Whether items that last may be kept for a while, to be encoded together: nobody else reads them. */
  readonly mayKeep?: boolean | undefined;
}

/** Collects items into batches and sends them. */
export interface Exporter<T> {
  /** @returns whether it is kept, to be read later; then the exporter tells it to let go. See {@link Lasting}. */
  add(item: T): boolean;
  /** Whether anything waits or is on its way. */
  hasUndelivered(): boolean;
  /** Starts sending what waits, now instead of at the next interval. */
  flush(): void;
  /** Until the next `flushSync`, which follows at once, nothing is sent, and no limit of items holds: what is open at the end comes at one go. */
  hold?(): void;
  /** Sends what waits and what is on its way without the event loop, within the budget; see {@link Transport.sendSync}. */
  flushSync(budgetMillis: number): void;
  /** Live numbers; exporters that cannot lose anything have none. */
  readonly counters?: ExportCounters;
}

/** While the collector is gone, so many items are kept for it, or a batch if that is more, and so many bytes. */
const minRest = 512;
const maxRestBytes = 1024 * 1024;

/**
 * A queue bounded in items and bytes: when it is full the newest item is dropped and counted. A batch leaves when it is full
 * or `scheduleDelayMillis` after its first item.
 *
 * A batch that could not be delivered waits for the next attempt; one that may have arrived does so only until its time is over. When the breaker
 * opens, the oldest batches are dropped down to a rest, and what the rest has no room for is not even encoded.
 */
export function createExporter<T>(options: ExporterOptions<T>): Exporter<T> {
  const { transport, spool } = options;
  const breaker = createBreaker();
  const ledger = createLedger(options.items, options.endpoint, spool !== undefined);
  const { counters } = ledger;
  const observation = observeExport({ ...options, counters });
  const queue = createQueue({ ...options, onTooLarge: tooLarge });
  const flights = createFlights();
  const restSize = Math.min(Math.max(minRest, options.maxExportBatchSize), options.maxQueueSize);
  let isHeld = false;
  /** Sends what has been collected. */
  let timer: Timer | undefined;
  /** Goes on when a pause is over. */
  let wakeTimer: Timer | undefined;
  let lastReason = '';

  return { add, hasUndelivered, flush, hold, flushSync, counters };

  function add(item: T): boolean {
    ledger.created();
    if (isFull()) {
      observation.overflowed++;
      ledger.settled('dropped', 1);
      dropped();
      return false;
    }
    const isKept = queue.add(item);
    if (queue.currentCount >= options.maxExportBatchSize || queue.hasFull) flush();
    else if (queue.currentCount > 0) timer ??= startTimer(flush, options.scheduleDelayMillis);
    return isKept;
  }

  function tooLarge(): void {
    ledger.tooLarge(1, `a request has at most ${options.maxBatchBytes / 2 ** 20} MiB`);
    dropped();
  }

  function dropped(): void {
    if (!hasUndelivered()) options.onDrained?.();
  }

  function isFull(): boolean {
    if (queue.byteLength + flights.byteLength >= options.maxQueueBytes) return true;
    if (isHeld) return false;
    if (breaker.isOpen && !spool) return isRestFull();
    return counters.queued > options.maxQueueSize;
  }

  function isRestFull(): boolean {
    return queue.count >= restSize || queue.byteLength >= maxRestBytes;
  }

  function flush(): void {
    stopTimer(timer);
    timer = undefined;
    queue.seal();
    if (spool && breaker.isOpen) while (queue.sealedCount > 1 && isRestFull()) giveUp(queue.takeOldest()!);
    if (!isHeld) sendNext();
    if (!isResourceComplete()) whenResourceComplete(flush);
  }

  /** One request at a time, unless it has waited long for its answer. */
  function sendNext(): void {
    if (queue.sealedCount === 0) return;
    if (pauseMillis() <= 0) send(queue.takeOldest()!);
    if (queue.sealedCount > 0) wakeTimer ??= startTimer(wake, pauseMillis());
  }

  function pauseMillis(): number {
    return Math.max(breaker.pauseMillis(), flights.pauseMillis());
  }

  function wake(): void {
    wakeTimer = undefined;
    sendNext();
  }

  function send(batch: Sealed): void {
    renewAnchor();
    const flight = flights.start(batch, options.exportTimeoutMillis);
    const landed = observation.takeOff(batch.count);
    flight.request = detached(() =>
      transport.send(batch.body, flight.timeoutMillis, (outcome) => {
        landed(outcome.kind === 'success' ? undefined : outcome.kind);
        land(flight, outcome);
      }),
    );
  }

  function land(flight: Flight, outcome: Outcome): void {
    if (!flights.end(flight)) return; // Delivered by flushSync meanwhile.
    stopTimer(wakeTimer);
    wakeTimer = undefined;
    if (outcome.kind === 'success') {
      breaker.succeeded();
      flights.outdate();
    } else if (outcome.kind !== 'tooLarge' && !flight.isOutdated) {
      // What an old request runs into says nothing of a collector that has answered since.
      breaker.failed(outcome, monotonicMillis() - flight.startMillis);
    }
    conclude(flight.batch, outcome);
    sendNext();
    if (outcome.kind === 'success' && flights.size === 0) replay();
    if (!hasUndelivered()) options.onDrained?.();
  }

  /** When nothing newer waits, one file after the other. */
  function replay(): void {
    const batch = spool?.take();
    if (batch) send(batch);
  }

  function conclude(batch: Sealed, outcome: Outcome): void {
    if ('isUnanswered' in outcome && outcome.isUnanswered) batch.mayHaveArrived = true;
    switch (outcome.kind) {
      case 'success':
        succeed(batch, outcome.rejected);
        break;
      case 'tooLarge':
        halve(batch, outcome.reason);
        break;
      case 'failure':
        discard(batch);
        ledger.lost(outcome.reason);
        break;
      case 'retryable':
        keepOrGiveUp(batch, outcome.reason);
    }
  }

  function succeed(batch: Sealed, rejected: { count: number; message: string } | undefined): void {
    if (rejected) ledger.refused(rejected.count, rejected.message);
    const rejectedCount = Math.min(rejected?.count ?? 0, batch.count);
    if (batch.file) batch.file.remove();
    else {
      ledger.settled('rejected', rejectedCount);
      ledger.settled('accepted', batch.count - rejectedCount);
    }
    ledger.back();
  }

  function halve(batch: Sealed, reason: string): void {
    const { splitRequest } = require('./split') as typeof import('./split');
    const halves = batch.file ? undefined : splitRequest(batch.body);
    if (halves === undefined) {
      const isAccountedElsewhere = batch.file !== undefined || batch.mayHaveArrived === true;
      if (isAccountedElsewhere) discard(batch);
      ledger.tooLarge(isAccountedElsewhere ? 0 : batch.count, reason);
      return;
    }
    const firstCount = Math.round((batch.count * halves[0].count) / (halves[0].count + halves[1].count));
    queue.putBack({ ...batch, body: halves[1].body, count: batch.count - firstCount });
    queue.putBack({ ...batch, body: halves[0].body, count: firstCount });
  }

  function keepOrGiveUp(batch: Sealed, reason: string): void {
    lastReason = reason;
    if (batch.file) batch.file.putBack();
    else if (batch.mayHaveArrived && isTimeOver(batch)) giveUp(batch);
    else queue.putBack(batch);
    if (!breaker.isOpen) return;
    ledger.lost(reason);
    // A full rest gives its oldest batch up, so that it is always news that waits.
    while (queue.sealedCount > 0 && isRestFull()) giveUp(queue.takeOldest()!);
  }

  function isTimeOver({ firstSentMillis }: Sealed): boolean {
    return monotonicMillis() + breaker.pauseMillis() - firstSentMillis! >= options.exportTimeoutMillis;
  }

  function giveUp(batch: Sealed): void {
    ledger.lost(lastReason);
    if (spool?.put(batch)) ledger.settled('spooled', batch.count);
    else discard(batch);
  }

  function discard(batch: Sealed): void {
    if (batch.file) batch.file.remove();
    else ledger.settled(batch.mayHaveArrived ? 'unknown' : 'dropped', batch.count);
  }

  function hasUndelivered(): boolean {
    return counters.queued > 0 || flights.size > 0;
  }

  function hold(): void {
    isHeld = true;
  }

  function flushSync(budgetMillis: number): void {
    const deadline = monotonicMillis() + budgetMillis;
    for (const each of [timer, wakeTimer]) stopTimer(each);
    timer = wakeTimer = undefined;
    isHeld = false;
    ledger.tellDropped();
    queue.seal(true);
    const { sendRest } = require('./send-rest') as typeof import('./send-rest');
    sendRest({ transport, spool, breaker, ledger, queue, flights, lastReason, conclude }, deadline);
    options.onDrained?.();
    log.debug(`${options.items} by fate: ${JSON.stringify(counters)}`);
  }
}
