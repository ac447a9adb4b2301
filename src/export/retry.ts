import { monotonicMillis } from '../model/clock';
import { random } from '../model/random';
import { blockFor } from '../model/timers';
import type { Outcome, Transport } from './outcome';

const initialBackoffMillis = 1000;
/** With this a collector that is back is found within 5 seconds. */
const maxBackoffMillis = 4000;
const backoffFactor = 2;

/** Even a receiver that asks for no pause is not asked again without one, in milliseconds. */
const minPauseMillis = 50;

/**
 * Exponential backoff with jitter, for when the receiver did not say how long (OTLP specification, "OTLP/HTTP Throttling"). Jitter keeps many processes
 * from coming back at the same moment.
 *
 * @param failures - attempts that failed in a row, from 1 on.
 * @returns milliseconds, between half the backoff and all of it.
 */
export function backoffMillis(failures: number): number {
  const backoff = Math.min(initialBackoffMillis * backoffFactor ** (failures - 1), maxBackoffMillis);
  return backoff * (0.5 + random() / 2);
}

/**
 * Sends without the event loop, and again after what would be the pause otherwise, if that ends before `deadline`.
 *
 * @param deadline - on the monotonic clock, in milliseconds.
 * @returns the last outcome; `isUnanswered` if that is so of any attempt.
 */
export function sendSyncUntil(transport: Transport, body: Uint8Array, deadline: number): Outcome {
  let isUnanswered = false;
  for (let failures = 1; ; failures++) {
    const left = deadline - monotonicMillis();
    const outcome: Outcome =
      left > 0 ? transport.sendSync(body, left) : { kind: 'retryable', reason: 'no time' };
    if (outcome.kind !== 'retryable') return outcome;
    isUnanswered ||= outcome.isUnanswered === true;
    const pause = Math.max(outcome.delayMillis ?? backoffMillis(failures), minPauseMillis * failures);
    if (monotonicMillis() + pause >= deadline) return isUnanswered ? { ...outcome, isUnanswered } : outcome;
    blockFor(pause);
  }
}
