import type { TimeInput } from '@opentelemetry/api';
import { nowMillis } from '../../model/clock';

/** Whether an argument of the API is a time: a `Date`, a number, or a pair of seconds and nanoseconds. */
export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || isHrTime(value);
}

/**
 * A time of the API as milliseconds since the Unix epoch: now if none (or an unusable one) is given. A small number is a
 * `performance.now()` reading, as the API allows.
 */
export function epochMillis(time: TimeInput | undefined): number {
  if (time === undefined) return nowMillis();
  const millis = toMillis(time);
  return millis >= 0 && millis < maxMillis ? millis : nowMillis();
}

/** Where 64 bits of nanoseconds end, in the year 2554. */
const maxMillis = 2 ** 64 / 1e6;

/** Three years: below, a number counts from the start of the process; above, it is a time after 1973, before the process or in it. */
const maxUptimeMillis = 1e11;

function toMillis(time: TimeInput): number {
  if (typeof time === 'number') return time < maxUptimeMillis ? performance.timeOrigin + time : time;
  if (isHrTime(time)) return time[0] * 1000 + time[1] / 1e6;
  return time instanceof Date ? time.getTime() : Number.NaN;
}

function isHrTime(value: unknown): value is [number, number] {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
  );
}
