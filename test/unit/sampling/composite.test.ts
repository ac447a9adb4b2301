import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ComposableSamplerConfig } from '../../../src/config/sampler-config';
import { lazyTraceState } from '../../../src/sdk/propagation/trace-state';
import {
  readSamplingState,
  thresholdOf,
  withThreshold,
} from '../../../src/sdk/trace/sampling/ot-trace-state';
import { type Asked, ask, parent, samplerOf, traceIdAt } from './ask';

// The table of https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/, precision 4.
describe('the threshold of a ratio', () => {
  const vectors: [oneIn: number, threshold: string][] = [
    [1, '0'],
    [2, '8'],
    [3, 'aaab'],
    [4, 'c'],
    [5, 'cccd'],
    [8, 'e'],
    [10, 'e666'],
    [16, 'f'],
    [100, 'fd70a'],
    [1000, 'ffbe77'],
    [10_000, 'fff9724'],
    [100_000, 'ffff583a'],
    [1_000_000, 'ffffef39'],
  ];
  for (const [oneIn, threshold] of vectors)
    test(`1 in ${oneIn}`, () => assert.equal(thresholdOf(1 / oneIn), threshold.padEnd(14, '0')));
  test('the smallest ratio', () => assert.equal(thresholdOf(2 ** -56), 'ffffffffffff00'));
});

describe('the ot member of the trace state', () => {
  const cases: [header: string, threshold: string | undefined, randomness: string | undefined][] = [
    ['ot=th:c', 'c0000000000000', undefined],
    ['ot=th:0', '00000000000000', undefined],
    ['ot=rv:6e6d1a75832a2f', undefined, '6e6d1a75832a2f'],
    ['foo=1,ot=p:8;rv:6e6d1a75832a2f;th:fd70a4', 'fd70a400000000', '6e6d1a75832a2f'],
    ['ot=th:', undefined, undefined],
    ['ot=th:C', undefined, undefined],
    ['ot=th:123456789abcdef', undefined, undefined],
    ['ot=rv:6e6d1a75832a2', undefined, undefined],
    ['ot=rv:6E6D1A75832A2F', undefined, undefined],
    ['foo=th:c', undefined, undefined],
  ];
  for (const [header, threshold, randomness] of cases)
    test(header, () =>
      assert.deepEqual(readSamplingState(lazyTraceState(header)), { threshold, randomness }),
    );

  test('is changed and nothing else is', () => {
    const write = (header: string, threshold: string | undefined) =>
      withThreshold(lazyTraceState(header), threshold)?.serialize();
    assert.equal(write('foo=1', 'c0000000000000'), 'ot=th:c,foo=1');
    assert.equal(
      write('foo=1,ot=p:8;th:8;rv:6e6d1a75832a2f', '00000000000000'),
      'ot=th:0;p:8;rv:6e6d1a75832a2f,foo=1',
    );
    assert.equal(write('ot=th:8;rv:6e6d1a75832a2f', undefined), 'ot=rv:6e6d1a75832a2f');
    assert.equal(write('ot=th:8,foo=1', undefined), 'foo=1');
    assert.equal(withThreshold(undefined, undefined), undefined);
    const full = `ot=x:${'y'.repeat(253)}`;
    assert.equal(write(full, 'c0000000000000'), full);
  });
});

const quarter: ComposableSamplerConfig = { kind: 'probability', ratio: 0.25 };

/** `sample ot=th:c`: the decision and the trace state. */
function decide(sampler: ComposableSamplerConfig, asked: Asked = {}): string {
  const { decision, traceState } = ask(samplerOf({ kind: 'composite', sampler }), asked);
  return `${decision} ${(traceState ?? asked.parent?.traceState)?.serialize() ?? ''}`.trim();
}

describe('consistent probability', () => {
  const half = (traceState = '', isSampled = true) =>
    parent(isSampled, { traceState, traceId: traceIdAt(0.9) });
  const table: [name: string, sampler: ComposableSamplerConfig, asked: Asked, expected: string][] = [
    ['always on', { kind: 'always_on' }, {}, 'sample ot=th:0'],
    ['always off', { kind: 'always_off' }, {}, 'drop'],
    ['ratio, randomness at its threshold', quarter, { traceId: traceIdAt(0.75) }, 'sample ot=th:c'],
    ['ratio, randomness below it', quarter, { traceId: traceIdAt(0.7499) }, 'drop'],
    ['ratio 0', { kind: 'probability', ratio: 0 }, { traceId: 'f'.repeat(32) }, 'drop'],
    ['ratio 1', { kind: 'probability', ratio: 1 }, { traceId: '0'.repeat(31) + 1 }, 'sample ot=th:0'],
    [
      'explicit randomness is stronger than the trace id',
      quarter,
      { parent: half('ot=rv:10000000000000') },
      'drop ot=rv:10000000000000',
    ],
    [
      'explicit randomness above the threshold',
      quarter,
      { parent: parent(true, { traceState: 'ot=rv:d0000000000000', traceId: traceIdAt(0.1) }) },
      'sample ot=th:c;rv:d0000000000000',
    ],
    ['a parent does not count', quarter, { parent: half('', false) }, 'sample ot=th:c'],
    [
      'the threshold of a parent is replaced',
      quarter,
      { parent: half('ot=th:8,foo=1') },
      'sample ot=th:c,foo=1',
    ],
    [
      'a dropped span has no threshold',
      quarter,
      { parent: parent(true, { traceState: 'ot=th:4,foo=1' }) },
      'drop foo=1',
    ],
    // Parent threshold.
    ['root', { kind: 'parent_threshold', root: quarter }, { traceId: traceIdAt(0.8) }, 'sample ot=th:c'],
    [
      'the threshold of the parent',
      { kind: 'parent_threshold', root: { kind: 'always_off' } },
      { parent: half('ot=th:e') },
      'sample ot=th:e',
    ],
    [
      'sampled without a threshold',
      { kind: 'parent_threshold', root: { kind: 'always_off' } },
      { parent: half('foo=1') },
      'sample foo=1',
    ],
    [
      'not sampled',
      { kind: 'parent_threshold', root: { kind: 'always_on' } },
      { parent: half('', false) },
      'drop',
    ],
    [
      'a flag that does not fit the threshold is followed, the threshold is erased',
      { kind: 'parent_threshold', root: { kind: 'always_on' } },
      { parent: parent(true, { traceState: 'ot=th:c', traceId: traceIdAt(0.1) }) },
      'sample',
    ],
    [
      'not sampled in spite of the threshold',
      { kind: 'parent_threshold', root: { kind: 'always_on' } },
      { parent: half('ot=th:c', false) },
      'drop',
    ],
  ];
  for (const [name, sampler, asked, expected] of table)
    test(name, () => assert.equal(decide(sampler, asked), expected));
});

describe('rules', () => {
  const sampler: ComposableSamplerConfig = {
    kind: 'rule_based',
    rules: [
      {
        match: { conditions: [{ of: 'attribute', key: 'url.path', values: ['/health', '/ready'] }] },
        sampler: { kind: 'always_off' },
      },
      {
        match: { spanKinds: ['server'], parents: ['none', 'remote'] },
        sampler: { kind: 'annotating', attributes: { rule: 'server' }, sampler: { kind: 'always_on' } },
      },
    ],
  };
  test('the first that matches decides', () => {
    assert.equal(decide(sampler, { attributes: { 'url.path': '/ready' } }), 'drop');
    assert.equal(decide(sampler, { attributes: { 'url.path': '/users' } }), 'sample ot=th:0');
    assert.equal(decide(sampler, { parent: parent(true, { isRemote: true }) }), 'sample ot=th:0');
  });
  test('what none matches is dropped', () => {
    assert.equal(decide(sampler, { kind: 'client' }), 'drop');
    assert.equal(decide(sampler, { parent: parent(true) }), 'drop');
  });
  test('annotations go with what is sampled', () => {
    const composite = samplerOf({ kind: 'composite', sampler });
    assert.deepEqual(ask(composite).attributes, { rule: 'server' });
    assert.equal(ask(composite, { kind: 'client' }).attributes, undefined);
  });
});
