import { monotonicMillis } from '../../../model/clock';
import type { IdentitySampler } from './sampler';

/** A bucket that fills with time: whether one more may pass. */
export type RateLimit = () => boolean;

/**
 * At most so many a second, and as many at once after a pause (a token bucket). A rate below one lets one pass at a time.
 *
 * @param perSecond more than 0
 * @param nowMillis a clock that never jumps
 */
export function rateLimit(perSecond: number, nowMillis: () => number = monotonicMillis): RateLimit {
  const size = Math.max(1, perSecond);
  let tokens = size;
  let filledMillis = nowMillis();
  return () => {
    const now = nowMillis();
    tokens = Math.min(size, tokens + ((now - filledMillis) / 1000) * perSecond);
    filledMillis = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

/** Samples at most so many spans a second; under a parent-based sampler these are traces. */
export function rateLimiting(perSecond: number, nowMillis?: () => number): IdentitySampler {
  if (perSecond <= 0) return () => false;
  return rateLimit(perSecond, nowMillis);
}
