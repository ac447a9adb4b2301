import { AsyncResource } from 'node:async_hooks';
import { log, messageOf } from '../diag/log';

/** Timers as they are before the program can fake them. */
const setTimeoutOriginal = setTimeout;
const clearTimeoutOriginal = clearTimeout;

export type Timer = NodeJS.Timeout;

/** Made before the program's first line, so that no AsyncLocalStorage of anybody has a store in it. */
const ownResource = new AsyncResource('otel-instrument');

/**
 * Calls `fn` in an asynchronous context of our own: timers and sockets made in the program's would keep its stores (a request, a session) for as
 * long as they live.
 */
export function detached<R>(fn: () => R): R {
  return ownResource.runInAsyncScope(fn);
}

/** A timer that never keeps the process alive, and nothing of the code that started it. */
export function startTimer(fn: () => void, delayMillis: number): Timer {
  return detached(() => setTimeoutOriginal(callSafely, delayMillis, fn).unref());
}

/** What a timer's function throws would be an uncaught error, and end the program. */
function callSafely(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    log.warnOnce(`something failed in the background: ${messageOf(error)}`);
  }
}

/** Stops a timer of {@link startTimer}. */
export function stopTimer(timer: Timer | undefined): void {
  if (timer !== undefined) clearTimeoutOriginal(timer);
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread, event loop and all, for so many milliseconds (fractions count). */
export function blockFor(millis: number): void {
  Atomics.wait(sleeper, 0, 0, millis);
}
