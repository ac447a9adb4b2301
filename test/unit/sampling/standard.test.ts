import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SpanContext } from '@opentelemetry/api';
import { loadConfig } from '../../../src/config/load';
import type { SamplerConfig } from '../../../src/config/sampler-config';
import { watchLog } from '../../../src/diag/log';
import { newIdentity } from '../../../src/sdk/trace/ids';
import { alwaysOff, alwaysOn, parentBased, traceIdRatio } from '../../../src/sdk/trace/sampling/samplers';
import { ask, isSampled, parent, samplerOf, traceIdAt } from './ask';

const named = (name: string): SamplerConfig =>
  loadConfig({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' }).config.traces.sampler;

describe('the standard samplers', () => {
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
      const sampler = samplerOf(named(name));
      assert.equal(typeof sampler, 'function', 'nothing is allocated');
      const traceId = traceIdAt(0.9);
      assert.equal(isSampled(sampler, { traceId }), root);
      assert.equal(isSampled(sampler, { parent: parent(true, { traceId }) }), sampled);
      assert.equal(isSampled(sampler, { parent: parent(false, { traceId }) }), unsampled);
    });
  }
});

/** What is said while a sampler is asked about these parents. */
function said(config: SamplerConfig, parents: readonly (SpanContext | undefined)[]): string[] {
  const lines: string[] = [];
  watchLog((_level, message) => void lines.push(message));
  const sampler = samplerOf(config);
  for (const each of parents) ask(sampler, { parent: each });
  watchLog(() => {});
  return lines;
}

describe('a ratio that decides about children is told of, once', () => {
  const ratio: SamplerConfig = { kind: 'trace_id_ratio', ratio: 0.5 };
  const [local, remote] = [parent(true), parent(true, { isRemote: true })];
  const byProbability = parent(true, { isRemote: true, traceState: 'ot=th:8' });
  const followed: SamplerConfig = { kind: 'parent_based', root: ratio };
  const plain = /^the sampler traceidratio decides about spans with parents, .* use parentbased_traceidratio/;

  test('where it follows the parents, or has none of other processes: nothing', () => {
    assert.deepEqual(said(followed, [undefined, local, remote, byProbability]), []);
    assert.deepEqual(said(ratio, [undefined, local]), []);
  });

  test('a remote parent that probability has sampled', () => {
    const lines = said({ ...followed, remoteParentSampled: ratio }, [byProbability, byProbability, remote]);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /sampled by probability; use the sampler probability here too/);
  });

  test('a remote parent', () => {
    const lines = said(ratio, [undefined, local, remote, remote]);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, plain);
  });
});

/**
 * Python: `trace_id & (2^64 - 1) < round(ratio * 2^64)`. Go: `id[8:16] >> 1 < uint64(ratio * 2^63)`. The two say the same of each of
 * these ids; the bounds are worked out by hand.
 */
describe('ratio: the low 64 bits of the trace id', () => {
  const high = 'f'.repeat(16);
  const vectors: readonly [ratio: number, low: string, isSampled: boolean][] = [
    [0, '0000000000000000', false],
    [0, '0000000000000001', false],
    [1, 'ffffffffffffffff', true],
    [0.5, '0000000000000000', true],
    [0.5, '7fffffffffffffff', true],
    [0.5, '8000000000000000', false],
    [0.5, 'ffffffffffffffff', false],
    [0.25, '3fffffffffffffff', true],
    [0.25, '4000000000000000', false],
    // 0.1 is 0x1.999999999999ap-4, so its bound is 0x1999999999999a00.
    [0.1, '19999999999999ff', true],
    [0.1, '1999999999999a00', false],
    // 0.001 is 0x1.0624dd2f1a9fcp-10, so its bound is 0x004189374bc6a7f0, with the low half below 2^32.
    [0.001, '004189374bc6a7ef', true],
    [0.001, '004189374bc6a7f0', false],
    [0.001, '00418938ffffffff', false],
    [2 ** -33, '000000007ffffffe', true],
    [2 ** -33, '0000000080000000', false],
    [2 ** -63, '0000000000000000', true],
    [2 ** -63, '0000000000000002', false],
    // Java takes the absolute value of the 64 bits as a signed number: it would sample this one at 0.5.
    [0.5, 'ffffffffffffffff', false],
  ];
  for (const [ratio, low, expected] of vectors)
    test(`${ratio} of ${low}`, () => {
      assert.equal(traceIdRatio(ratio)(undefined, { traceId: high + low }), expected);
      const bits = BigInt(`0x${low}`);
      if (ratio < 1) {
        assert.equal(bits < BigInt(Math.round(ratio * 2 ** 64)), expected, 'Python');
        assert.equal(bits >> 1n < BigInt(Math.trunc(ratio * 2 ** 63)), expected, 'Go');
      }
    });

  test('as Python, for random ids and ratios', () => {
    for (let i = 0; i < 5000; i++) {
      const ratio = Math.random() ** 4;
      const identity = newIdentity();
      const { traceId } = identity;
      const expected = BigInt(`0x${traceId.slice(16)}`) < BigInt(Math.round(ratio * 2 ** 64));
      const sampler = traceIdRatio(ratio);
      assert.equal(sampler(undefined, identity), expected, `${ratio} of ${traceId}`);
      assert.equal(sampler(undefined, { traceId }), expected, `${ratio} of ${traceId}, as a text`);
    }
  });
  test('the share of random ids', () => {
    const sampler = traceIdRatio(0.3);
    const taken = Array.from({ length: 20_000 }, () => newIdentity()).filter((id) =>
      sampler(undefined, id),
    ).length;
    assert.ok(Math.abs(taken / 20_000 - 0.3) < 0.03, String(taken));
  });
});

describe('parent-based with a sampler for each sort of parent', () => {
  const cases = [
    ['remoteParentSampled', parent(true, { isRemote: true }), true],
    ['remoteParentNotSampled', parent(false, { isRemote: true }), false],
    ['localParentSampled', parent(true), true],
    ['localParentNotSampled', parent(false), false],
  ] as const;
  for (const [which, of, byDefault] of cases) {
    test(which, () => {
      const opposite = byDefault ? alwaysOff : alwaysOn;
      const sampler = parentBased({ root: alwaysOn, [which]: opposite });
      for (const [name, other, usual] of cases)
        assert.equal(isSampled(sampler, { parent: other }), name === which ? !byDefault : usual, name);
      assert.equal(isSampled(sampler, { parent: of }), !byDefault);
      assert.equal(isSampled(sampler), true);
    });
  }
});

test('always_record records what its root drops', () => {
  const config: SamplerConfig = { kind: 'always_record', root: named('parentbased_always_on') };
  assert.equal(ask(samplerOf(config)).decision, 'sample');
  assert.equal(ask(samplerOf(config), { parent: parent(false) }).decision, 'record');
});
