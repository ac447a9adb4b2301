import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SamplerConfig } from '../../../src/config/config';
import { loadConfig } from '../../../src/config/load';
import { monotonicMillis, nowMillis, renewAnchor } from '../../../src/model/clock';
import { newSpanId, newTraceId } from '../../../src/sdk/trace/ids';
import { createSampler } from '../../../src/sdk/trace/samplers';

const sampledParent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
const unsampledParent = { ...sampledParent, traceFlags: 0 };
/** A trace id whose random part is this share of all. */
const traceIdAt = (share: number) =>
  '0'.repeat(18) +
  Math.floor(share * 2 ** 56)
    .toString(16)
    .padStart(14, '0');

const ratio = (value: number): SamplerConfig => ({ kind: 'trace_id_ratio', ratio: value });
const named = (name: string): SamplerConfig =>
  loadConfig({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' }).config.traces.sampler;

describe('samplers', () => {
  const table: readonly [name: string, root: boolean, sampled: boolean, unsampled: boolean][] = [
    ['always_on', true, true, true],
    ['always_off', false, false, false],
    ['parentbased_always_on', true, true, false],
    ['parentbased_always_off', false, true, false],
    ['traceidratio', false, false, false],
    ['parentbased_traceidratio', false, true, false],
  ];
  for (const [name, root, sampled, unsampled] of table) {
    test(name, () => {
      const sampler = createSampler(named(name));
      const traceId = traceIdAt(0.25);
      assert.equal(sampler(undefined, traceId), root);
      assert.equal(sampler(sampledParent, traceId), sampled);
      assert.equal(sampler(unsampledParent, traceId), unsampled);
    });
  }
  test('a ratio takes ids below its bound', () => {
    const sampler = createSampler(ratio(0.25));
    assert.equal(sampler(undefined, traceIdAt(0.2499999)), true);
    assert.equal(sampler(undefined, `${'f'.repeat(18)}00000000000000`), true);
  });
  test('0 takes none, 1 takes all', () => {
    assert.equal(createSampler(ratio(0))(undefined, `${'0'.repeat(31)}1`), false);
    assert.equal(createSampler(ratio(1))(undefined, 'f'.repeat(32)), true);
  });
  test('a ratio of random ids', () => {
    const sampler = createSampler(ratio(0.3));
    const taken = Array.from({ length: 20_000 }, newTraceId).filter((id) => sampler(undefined, id)).length;
    assert.ok(Math.abs(taken / 20_000 - 0.3) < 0.03, String(taken));
  });
});

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
