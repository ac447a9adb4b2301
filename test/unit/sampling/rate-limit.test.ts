import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateLimit, rateLimiting } from '../../../src/sdk/trace/sampling/rate-limit';

/** Of calls at these times, which pass. */
function passing(perSecond: number, times: readonly number[]): number[] {
  let now = 0;
  const mayPass = rateLimit(perSecond, () => now);
  return times.filter((time) => {
    now = time;
    return mayPass();
  });
}

test('as many at once as in a second, then evenly', () => {
  assert.deepEqual(passing(2, [0, 1, 2, 3, 499, 500, 501, 1000]), [0, 1, 500, 1000]);
});
test('what is not used is saved for a second at most', () => {
  assert.deepEqual(passing(2, [10_000, 10_000, 10_000, 10_400]), [10_000, 10_000]);
});
test('less than one a second', () => {
  assert.deepEqual(passing(0.5, [0, 1000, 1999, 2000, 2001, 10_000, 10_001]), [0, 2000, 10_000]);
});
test('a busy second has no more than it may', () => {
  const times = Array.from({ length: 5000 }, (_, i) => i);
  assert.equal(passing(100, times).length, 100 + 499);
});
test('0 lets nothing pass', () => assert.equal(rateLimiting(0)(undefined, { traceId: '' }), false));
