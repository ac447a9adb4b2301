import { monotonicMillis } from '../model/clock';
import { blockFor } from '../model/timers';
import type { Breaker } from './breaker';
import type { Flights } from './flights';
import type { Ledger } from './ledger';
import type { Outcome, Transport } from './outcome';
import type { Queue, Sealed } from './queue';
import { sendSyncUntil } from './retry';
import type { Spool } from './spool/spool';
import { maxHoldMillis } from './transport/release-loop';

/** What an exporter has at the end of the process. */
export interface Rest {
  readonly transport: Transport;
  readonly spool: Spool | undefined;
  readonly breaker: Breaker;
  readonly ledger: Ledger;
  /** All of it sealed. */
  readonly queue: Queue<never>;
  /** All of them are ended here. */
  readonly flights: Flights;
  /** Of the last failure. */
  readonly lastReason: string;
  /** Draws the consequences of an answer. */
  readonly conclude: (batch: Sealed, outcome: Outcome) => void;
}

/** A request that has waited so long for its answer is told of; one that has just left is taken to arrive. */
const doubtMillis = 1000;

/**
 * Sends what is left without the event loop, and then, as far as there is time, what earlier runs have left in files.
 * @param deadline - on the monotonic clock, in milliseconds.
 */
export function sendRest(rest: Rest, deadline: number): void {
  const unansweredCount = takeBack(rest);
  const failure = sendQueue(rest, deadline);
  const reason = failure ?? (unansweredCount > 0 ? 'no answer' : undefined);
  if (reason !== undefined) leaveBehind(rest, unansweredCount, reason);
  if (failure === undefined) replay(rest, deadline);
}

/**
 * What has left is not sent again, for that could double it.
 * @returns how many items left so long ago that their answer is overdue.
 */
function takeBack({ flights, queue, ledger }: Rest): number {
  let unansweredCount = 0;
  for (const { batch, request, startMillis } of flights.endAll().reverse()) {
    if (batch.file) batch.file.putBack();
    else if (!request?.hasLeft()) queue.putBack(batch);
    else if (monotonicMillis() - startMillis < doubtMillis) ledger.settled('unknown', batch.count);
    else unansweredCount += batch.count;
  }
  return unansweredCount;
}

/**
 * What is wrong with one batch need not be wrong with the next, but a collector that is not there does not come back so soon.
 * @returns why some of it is left, if it is.
 */
function sendQueue(
  { queue, breaker, transport, lastReason, conclude }: Rest,
  deadline: number,
): string | undefined {
  if (queue.sealedCount === 0) return undefined;
  // A receiver that asked to be left alone is left alone, also at the end.
  const pauseMillis = breaker.wishedPauseMillis();
  if (pauseMillis > 0 && monotonicMillis() + pauseMillis >= deadline) return lastReason;
  blockFor(pauseMillis);
  for (let batch = queue.takeOldest(); batch; batch = queue.takeOldest()) {
    const outcome = sendSyncUntil(transport, batch.body, deadline);
    if (outcome.kind === 'retryable') {
      batch.mayHaveArrived ||= outcome.isUnanswered === true;
      queue.putBack(batch);
      // A transport takes off what the program was held up for already, and so waits less for an answer.
      const isLate = monotonicMillis() >= (outcome.isUnanswered ? deadline - maxHoldMillis : deadline);
      return `${outcome.reason}${isLate ? ', OTEL_NODE_EXIT_TIMEOUT is over' : ''}`;
    }
    conclude(batch, outcome);
  }
  return undefined;
}

function leaveBehind({ queue, spool, ledger }: Rest, unansweredCount: number, reason: string): void {
  const counts = { spooled: 0, unknown: unansweredCount, dropped: 0 };
  for (let batch = queue.takeOldest(); batch; batch = queue.takeOldest()) {
    const fate = spool?.put(batch) ? 'spooled' : batch.mayHaveArrived ? 'unknown' : 'dropped';
    counts[fate] += batch.count;
  }
  ledger.leftBehind(counts, reason);
}

function replay({ transport, spool, conclude }: Rest, deadline: number): void {
  for (let left = 1; left > 0; left = deadline - monotonicMillis()) {
    const batch = spool?.take();
    if (batch === undefined) return;
    const outcome = transport.sendSync(batch.body, Math.max(1, deadline - monotonicMillis()));
    conclude(batch, outcome);
    if (outcome.kind === 'retryable') return;
  }
}
