import { monotonicMillis } from '../model/clock';
import { blockFor } from '../model/timers';
import type { Breaker } from './breaker';
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
  /** Items that left so long ago that an answer should have come. They are not sent again, for that could double them. */
  readonly unansweredCount: number;
  /** Of the last failure. */
  readonly lastReason: string;
  /** Draws the consequences of an answer. */
  readonly conclude: (batch: Sealed, outcome: Outcome) => void;
}

/**
 * Sends what is left without the event loop, and then, as far as there is time, what earlier runs have left in files.
 * @param deadline - on the monotonic clock, in milliseconds.
 */
export function sendRest(rest: Rest, deadline: number): void {
  const { queue, breaker } = rest;
  if (queue.sealedCount > 0) {
    // A receiver that asked to be left alone is left alone, also at the end.
    const pauseMillis = breaker.wishedPauseMillis();
    if (pauseMillis > 0 && monotonicMillis() + pauseMillis >= deadline) {
      leaveBehind(rest, rest.lastReason);
      return;
    }
    blockFor(pauseMillis);
    if (!sendQueue(rest, deadline)) return;
  }
  if (rest.unansweredCount > 0) leaveBehind(rest, 'no answer');
  replay(rest, deadline);
}

/** What is wrong with one batch need not be wrong with the next, but a collector that is not there does not come back so soon. */
function sendQueue(rest: Rest, deadline: number): boolean {
  const { queue, transport, conclude } = rest;
  for (let batch = queue.takeOldest(); batch; batch = queue.takeOldest()) {
    const outcome = sendSyncUntil(transport, batch.body, deadline);
    if (outcome.kind === 'retryable') {
      batch.mayHaveArrived ||= outcome.isUnanswered === true;
      queue.putBack(batch);
      // A transport takes off what the program was held up for already, and so waits less for an answer.
      const isLate = monotonicMillis() >= (outcome.isUnanswered ? deadline - maxHoldMillis : deadline);
      leaveBehind(rest, `${outcome.reason}${isLate ? ', OTEL_NODE_EXIT_TIMEOUT is over' : ''}`);
      return false;
    }
    conclude(batch, outcome);
  }
  return true;
}

function leaveBehind({ queue, spool, ledger, unansweredCount }: Rest, reason: string): void {
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
