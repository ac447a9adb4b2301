/**
 * The one clock of all signals: wall time with monotonic progress.
 *
 * Programs fake `Date` and `process.hrtime` in their tests, so both are taken when this module loads, before any
 * code of the program runs.
 */
const dateNow = Date.now;
const hrtime = process.hrtime;

/** Above this difference between the two clocks (a suspended machine, a corrected wall clock) the anchor is renewed. */
const maxDriftMillis = 100;

let offsetMillis = dateNow() - monotonicMillis();

/** Milliseconds of a clock that never jumps, with a fraction down to a nanosecond. Its zero is arbitrary. */
export function monotonicMillis(): number {
  const [seconds, nanos] = hrtime();
  return seconds * 1000 + nanos / 1e6;
}

/** Milliseconds since the Unix epoch, with a fraction (resolution about 0.25 us), never going backwards within a span. */
export function nowMillis(): number {
  return offsetMillis + monotonicMillis();
}

/** Brings {@link nowMillis} back to the wall clock where they drifted apart; called between batches. */
export function renewAnchor(): void {
  const offset = dateNow() - monotonicMillis();
  if (Math.abs(offset - offsetMillis) > maxDriftMillis) offsetMillis = offset;
}
