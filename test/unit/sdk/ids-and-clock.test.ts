import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { monotonicMillis, nowMillis, renewAnchor } from '../../../src/model/clock';
import { newSpanId, newTraceId } from '../../../src/sdk/trace/ids';

describe('ids', () => {
  test('have their form and do not repeat', () => {
    const ids = Array.from({ length: 20_000 }, () => [newTraceId(), newSpanId()] as const);
    assert.ok(ids.every(([trace, span]) => /^[0-9a-f]{32}$/.test(trace) && /^[0-9a-f]{16}$/.test(span)));
    assert.equal(new Set(ids.flat()).size, 40_000);
  });
  test('every digit takes every value', () => {
    const seen = Array.from({ length: 32 }, () => new Set<string>());
    for (let i = 0; i < 2000; i++)
      for (const [index, digit] of [...newTraceId()].entries()) seen[index]!.add(digit);
    assert.ok(seen.every((digits) => digits.size === 16));
  });
});

describe('the clock', () => {
  test('is the wall clock, finer, and never goes back', () => {
    let last = nowMillis();
    assert.ok(Math.abs(last - Date.now()) < 50);
    for (let i = 0; i < 10_000; i++) {
      const now = nowMillis();
      assert.ok(now >= last);
      last = now;
    }
    assert.ok(Array.from({ length: 50 }, nowMillis).some((time) => time % 1 !== 0));
  });
  test('is not the one that a program fakes', () => {
    const [{ now }, { hrtime }] = [Date, process];
    try {
      Date.now = () => 0;
      process.hrtime = Object.assign(() => [0, 0] as [number, number], { bigint: () => 0n });
      renewAnchor();
      assert.ok(Math.abs(nowMillis() - now()) < 1000);
      assert.ok(monotonicMillis() > 0);
    } finally {
      Date.now = now;
      process.hrtime = hrtime;
    }
  });
});
