import { monotonicMillis } from '../model/clock';
import type { Failed } from './outcome';
import { backoffMillis } from './retry';

/** So many requests in a row without success: the collector is gone. */
const failuresToOpen = 5;

/**
 * Requests that have waited so long together for an answer tell the same: five quick failures, with the pauses between them, take no less. A little
 * below 8 s, since timers may fire a millisecond early, and four timeouts of 2 s must be enough.
 */
const waitToOpenMillis = 7980;

/** A receiver that wants to be left alone for longer than this is as good as gone. */
const maxShortPauseMillis = 5000;

/**
 * What the last answers say of a collector: whether it is there, and when it may be asked again. While the breaker is open nothing is done for it but
 * one request after each pause.
 */
export interface Breaker {
  readonly isOpen: boolean;
  /** Until the next request may leave; 0 is now. */
  pauseMillis(): number;
  /** The same, as far as the receiver asked for it; a pause of our own making ends with the process. */
  wishedPauseMillis(): number;
  succeeded(): void;
  /** @param waitedMillis - how long the request took to fail. */
  failed(outcome: Failed, waitedMillis: number): void;
}

/** @param now - a monotonic clock in milliseconds. */
export function createBreaker(now: () => number = monotonicMillis): Breaker {
  let failures = 0;
  let waitedInAllMillis = 0;
  let pausedUntil = 0;
  let isWished = false;
  const pauseMillis = () => Math.max(0, pausedUntil - now());
  const breaker = { isOpen: false, pauseMillis, wishedPauseMillis, succeeded, failed };
  return breaker;

  function wishedPauseMillis(): number {
    return isWished ? pauseMillis() : 0;
  }

  function succeeded(): void {
    failures = 0;
    waitedInAllMillis = 0;
    pausedUntil = 0;
    breaker.isOpen = false;
  }

  function failed(outcome: Failed, waitedMillis: number): void {
    failures++;
    if (outcome.kind === 'retryable') waitedInAllMillis += waitedMillis;
    const wish = outcome.kind === 'retryable' ? outcome.delayMillis : undefined;
    const isGone = failures >= failuresToOpen || waitedInAllMillis >= waitToOpenMillis;
    if (isGone || (wish ?? 0) > maxShortPauseMillis) breaker.isOpen = true;
    // What is wrong with one request need not be wrong with the next.
    if (outcome.kind === 'failure' && !breaker.isOpen) return;
    // Waiting was a pause: another on top of it would keep us from a collector that is back.
    const until = now() + (wish ?? backoffMillis(failures) - waitedMillis);
    // A request that was under way when the receiver made its wish does not shorten it.
    if (wish === undefined && until <= pausedUntil) return;
    isWished = wish !== undefined;
    pausedUntil = until;
  }
}
