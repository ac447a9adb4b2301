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
  const failed = (outcome: Failed, waitedMillis = 0) => breaker.failed(outcome, waitedMillis);
  return { breaker, failed, pass: (millis: number) => (now += millis) };
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
    const { breaker, failed } = setUp();
    for (let failures = 1; failures < 5; failures++) failed(unavailable());
    assert.equal(breaker.isOpen, false);
    failed(unavailable());
    assert.equal(breaker.isOpen, true);
  });

  test('a success in between starts from the beginning', () => {
    const { breaker, failed } = setUp();
    for (let failures = 1; failures < 5; failures++) failed(unavailable());
    breaker.succeeded();
    assert.equal(breaker.pauseMillis(), 0);
    for (let failures = 1; failures < 5; failures++) failed(unavailable());
    assert.equal(breaker.isOpen, false);
  });

  test('pauses after a failure, at most 4 s', () => {
    const { breaker, failed, pass } = setUp();
    for (let failures = 0; failures < 20; failures++) failed(unavailable());
    const pause = breaker.pauseMillis();
    assert.ok(pause >= 2000 && pause <= 4000, String(pause));
    pass(pause);
    assert.equal(breaker.pauseMillis(), 0);
    assert.equal(breaker.isOpen, true, 'until something succeeds');
  });

  test('the wish of the receiver is kept, and is told from a pause of our own', () => {
    const { breaker, failed, pass } = setUp();
    failed(unavailable(700));
    assert.deepEqual([breaker.pauseMillis(), breaker.wishedPauseMillis(), breaker.isOpen], [700, 700, false]);
    pass(300);
    assert.equal(breaker.pauseMillis(), 400);
    failed(unavailable());
    assert.equal(breaker.wishedPauseMillis(), 0);
  });

  for (const [seconds, isOpen] of [
    [5, false],
    [6, true],
  ] as const) {
    test(`asked to wait for ${seconds} s it is ${isOpen ? 'open' : 'closed'}`, () => {
      const { breaker, failed } = setUp();
      failed(unavailable(seconds * 1000));
      assert.equal(breaker.isOpen, isOpen);
    });
  }

  for (const [seconds, isOpen] of [
    [7.9, false],
    [7.996, true], // four times 2 s, by timers that fire early
    [8, true],
  ] as const) {
    test(`after ${seconds} s without an answer it is ${isOpen ? 'open' : 'closed'}`, () => {
      const { breaker, failed } = setUp();
      failed(unavailable(), 4000);
      failed(unavailable(), (seconds - 4) * 1000);
      assert.equal(breaker.isOpen, isOpen);
    });
  }

  test('a success in between makes the waiting forgotten', () => {
    const { breaker, failed } = setUp();
    failed(unavailable(), 7000);
    breaker.succeeded();
    failed(unavailable(), 7000);
    assert.equal(breaker.isOpen, false);
  });

  test('a request that was refused late has been answered', () => {
    const { breaker, failed } = setUp();
    failed(refused, 9000);
    assert.equal(breaker.isOpen, false);
  });

  test('there is no pause after a request that has waited for longer', () => {
    const { breaker, failed } = setUp();
    failed(unavailable(), 300);
    assert.ok(breaker.pauseMillis() >= 200 && breaker.pauseMillis() <= 700, String(breaker.pauseMillis()));
    breaker.succeeded();
    failed(unavailable(), 4000);
    assert.equal(breaker.pauseMillis(), 0);
  });

  test('a request that fails during the pause that the receiver wished for does not shorten it', () => {
    const { breaker, failed, pass } = setUp();
    failed(unavailable(60_000));
    pass(10_000);
    failed(unavailable(), 10_000);
    assert.deepEqual([breaker.pauseMillis(), breaker.wishedPauseMillis()], [50_000, 50_000]);
    failed(unavailable(7000));
    assert.equal(breaker.pauseMillis(), 7000, 'but its newer wish does');
  });

  test('what is wrong with a request makes no pause, until five in a row are wrong', () => {
    const { breaker, failed } = setUp();
    for (let failures = 1; failures < 5; failures++) {
      failed(refused);
      assert.equal(breaker.pauseMillis(), 0);
    }
    failed(refused);
    assert.equal(breaker.isOpen, true);
    assert.ok(breaker.pauseMillis() > 0);
  });
});
