import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome, Transport } from '../../../src/export/outcome';
import { sendSyncUntil } from '../../../src/export/retry';
import { monotonicMillis } from '../../../src/model/clock';

const retryable = (delayMillis?: number): Outcome => ({ kind: 'retryable', reason: 'HTTP 503', delayMillis });

/** Answers with the outcomes in turn, the last one for ever. */
function send(outcomes: readonly Outcome[], budgetMillis: number) {
  const budgets: number[] = [];
  const transport: Transport = {
    send: () => assert.fail('not asked for'),
    sendSync(_body, budget) {
      budgets.push(budget);
      return outcomes[Math.min(budgets.length, outcomes.length) - 1]!;
    },
    shutdown() {},
  };
  const startedMillis = monotonicMillis();
  const outcome = sendSyncUntil(transport, new Uint8Array(), startedMillis + budgetMillis);
  return { outcome, budgets, tookMillis: monotonicMillis() - startedMillis };
}

describe('without the event loop', () => {
  for (const outcome of [
    { kind: 'success' },
    { kind: 'failure', reason: 'x' },
    { kind: 'tooLarge', reason: 'x' },
  ] as const) {
    test(`${outcome.kind} is final`, () => {
      const result = send([outcome], 500);
      assert.deepEqual([result.outcome, result.budgets.length], [outcome, 1]);
    });
  }

  test('a wait that fits is waited for', () => {
    const { outcome, budgets, tookMillis } = send([retryable(100), { kind: 'success' }], 500);
    assert.deepEqual([outcome.kind, budgets.length], ['success', 2]);
    assert.ok(tookMillis >= 100 && tookMillis < 300, String(tookMillis));
    assert.ok(budgets[1]! <= 400, 'from the same budget');
  });

  test('a wait that does not fit is not begun', () => {
    const { outcome, budgets, tookMillis } = send([retryable(1000)], 500);
    assert.deepEqual([outcome, budgets.length], [retryable(1000), 1]);
    assert.ok(tookMillis < 100, String(tookMillis));
  });

  test('without a wish the first pause is half a second at least', () => {
    const { budgets } = send([retryable()], 500);
    assert.equal(budgets.length, 1);
  });

  test('a receiver that wants no pause is not asked without end', () => {
    const { budgets, tookMillis } = send([retryable(0)], 400);
    assert.ok(budgets.length > 1 && budgets.length < 6, String(budgets.length));
    assert.ok(tookMillis < 450, String(tookMillis));
  });

  test('no time, no attempt', () => {
    const { outcome, budgets } = send([{ kind: 'success' }], 0);
    assert.deepEqual([outcome, budgets], [{ kind: 'retryable', reason: 'no time' }, []]);
  });

  test('what may have arrived once may have arrived', () => {
    const unanswered: Outcome = {
      kind: 'retryable',
      reason: 'ECONNRESET',
      isUnanswered: true,
      delayMillis: 1,
    };
    const { outcome } = send([unanswered, retryable()], 300);
    assert.deepEqual(outcome, { ...retryable(), isUnanswered: true });
  });
});
