import type { TimeInput } from '@opentelemetry/api';
import { nowMillis } from '../../model/clock';

/** Whether an argument of the API is a time: a `Date`, a number, or a pair of seconds and nanoseconds. */
export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || isHrTime(value);
}

/**
 * A time of the API as milliseconds since the Unix epoch: now if none (or an unusable one) is given. A number below the
 * process' start is a `performance.now()` reading, as the API allows.
 */
export function epochMillis(time: TimeInput | undefined): number {
  if (time === undefined) return nowMillis();
  if (typeof time === 'number') return time < performance.timeOrigin ? performance.timeOrigin + time : time;
  if (isHrTime(time)) return time[0] * 1000 + time[1] / 1e6;
  const millis = time instanceof Date ? time.getTime() : Number.NaN;
  return Number.isNaN(millis) ? nowMillis() : millis;
}

function isHrTime(value: unknown): value is [number, number] {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
  );
}
