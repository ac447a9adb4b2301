import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBreaker } from '../../../src/export/breaker';
import type { Failed } from '../../../src/export/outcome';
import { backoffMillis } from '../../../src/export/retry';

const unavailable = (delayMillis?: number): Failed => ({
  kind: 'retryable',
  reason: 'HTTP 503',
  delayMillis,
});
const refused: Failed = { kind: 'failure', reason: 'HTTP 400' };

function setUp() {
  let now = 0;
  const breaker = createBreaker(() => now);
  return { breaker, pass: (millis: number) => (now += millis) };
}

describe('backoff', () => {
  for (const [failures, most] of [
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 4000],
    [1000, 4000],
  ] as const) {
    test(`after ${failures} failures between half of ${most} ms and all of it, never twice the same`, () => {
      const waits = Array.from({ length: 200 }, () => backoffMillis(failures));
      assert.ok(waits.every((wait) => wait >= most / 2 && wait <= most));
      assert.ok(Math.max(...waits) - Math.min(...waits) > most / 4);
    });
  }
});

describe('the breaker', () => {
  test('opens with the fifth failure in a row', () => {
    const { breaker } = setUp();
    for (let failures = 1; failures < 5; failures++) breaker.failed(unavailable());
    assert.equal(breaker.isOpen, false);
    breaker.failed(unavailable());
    assert.equal(breaker.isOpen, true);
  });

  test('a success in between starts from the beginning', () => {
    const { breaker } = setUp();
    for (let failures = 1; failures < 5; failures++) breaker.failed(unavailable());
    breaker.succeeded();
    assert.equal(breaker.pauseMillis(), 0);
    for (let failures = 1; failures < 5; failures++) breaker.failed(unavailable());
    assert.equal(breaker.isOpen, false);
  });

  test('pauses after a failure, at most 4 s', () => {
    const { breaker, pass } = setUp();
    for (let failures = 0; failures < 20; failures++) breaker.failed(unavailable());
    const pause = breaker.pauseMillis();
    assert.ok(pause >= 2000 && pause <= 4000, String(pause));
    pass(pause);
    assert.equal(breaker.pauseMillis(), 0);
    assert.equal(breaker.isOpen, true, 'until something succeeds');
  });

  test('the wish of the receiver is kept, and is told from a pause of our own', () => {
    const { breaker, pass } = setUp();
    breaker.failed(unavailable(700));
    assert.deepEqual([breaker.pauseMillis(), breaker.wishedPauseMillis(), breaker.isOpen], [700, 700, false]);
    pass(300);
    assert.equal(breaker.pauseMillis(), 400);
    breaker.failed(unavailable());
    assert.equal(breaker.wishedPauseMillis(), 0);
  });

  for (const [seconds, isOpen] of [
    [5, false],
    [6, true],
  ] as const) {
    test(`asked to wait for ${seconds} s it is ${isOpen ? 'open' : 'closed'}`, () => {
      const { breaker } = setUp();
      breaker.failed(unavailable(seconds * 1000));
      assert.equal(breaker.isOpen, isOpen);
    });
  }

  test('what is wrong with a request makes no pause, until five in a row are wrong', () => {
    const { breaker } = setUp();
    for (let failures = 1; failures < 5; failures++) {
      breaker.failed(refused);
      assert.equal(breaker.pauseMillis(), 0);
    }
    breaker.failed(refused);
    assert.equal(breaker.isOpen, true);
    assert.ok(breaker.pauseMillis() > 0);
  });
});
