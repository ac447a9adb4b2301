import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { monotonicMillis, nowMillis, renewAnchor } from '../../../src/model/clock';
import { SpanIdentity, TraceWords } from '../../../src/model/span-identity';
import { newIdentity } from '../../../src/sdk/trace/ids';

const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

describe('ids', () => {
  test('have their form and do not repeat', () => {
    const made = Array.from({ length: 20_000 }, () => newIdentity());
    assert.ok(
      made.every(({ traceId, spanId }) => /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId)),
    );
    assert.equal(new Set(made.flatMap(({ traceId, spanId }) => [traceId, spanId])).size, 40_000);
  });
  test('every digit takes every value', () => {
    const seen = Array.from({ length: 48 }, () => new Set<string>());
    for (let i = 0; i < 2000; i++) {
      const { traceId, spanId } = newIdentity();
      for (const [index, digit] of [...traceId, ...spanId].entries()) seen[index]!.add(digit);
    }
    assert.ok(seen.every((digits) => digits.size === 16));
  });
  test('numbers are the text that they become', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (trace, span) => {
        const identity = new SpanIdentity(new TraceWords(...trace), ...span, 1, undefined);
        assert.equal(identity.traceId, hexOf(trace));
        assert.equal(identity.spanId, hexOf(span));
        assert.deepEqual(newIdentity({ ...remote, traceId: hexOf(trace) }).traceId, identity.traceId);
        assert.deepEqual(newIdentity(identity).traceId, identity.traceId);
      }),
    );
  });
  test('a program gets a plain object, always the same', () => {
    const identity = newIdentity(remote);
    const { traceId, spanId } = identity;
    identity.traceFlags |= 1;
    const plain = identity.toSpanContext();
    assert.deepEqual(JSON.parse(JSON.stringify(plain)), { traceId: remote.traceId, spanId, traceFlags: 1 });
    assert.equal(Object.getPrototypeOf(plain), Object.prototype);
    assert.equal(identity.toSpanContext(), plain);
    assert.deepEqual([identity.traceId, identity.spanId], [traceId, spanId]);
  });
});

/** By other means: big-endian bytes. */
function hexOf(words: readonly number[]): string {
  const bytes = Buffer.alloc(4 * words.length);
  for (const [index, word] of words.entries()) bytes.writeInt32BE(word, 4 * index);
  return bytes.toString('hex');
}

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
