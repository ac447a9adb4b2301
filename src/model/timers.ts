/** Timers as they are before the program can fake them. */
const setTimeoutOriginal = setTimeout;
const clearTimeoutOriginal = clearTimeout;

export type Timer = NodeJS.Timeout;

/** A timer that never keeps the process alive. */
export function startTimer(fn: () => void, delayMillis: number): Timer {
  return setTimeoutOriginal(fn, delayMillis).unref();
}

export function stopTimer(timer: Timer | undefined): void {
  if (timer !== undefined) clearTimeoutOriginal(timer);
}
