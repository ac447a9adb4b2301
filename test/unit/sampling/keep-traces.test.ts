import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SpanStatusCode } from '@opentelemetry/api';
import type { KeepConfig } from '../../../src/config/sampler-config';
import { alwaysOff, alwaysOn, parentBased } from '../../../src/sdk/trace/sampling/samplers';
import { parent, samplerOf } from './ask';
import { setUp } from './trace';

const sampler = parentBased({ root: alwaysOff });
const keep = (part: Partial<KeepConfig> = {}): KeepConfig => ({
  onError: true,
  slowMillis: 100,
  maxBytes: 1_000_000,
  ...part,
});
const failed = { code: SpanStatusCode.ERROR };

describe('a trace that was not sampled', () => {
  test('is exported whole when its root fails', () => {
    const { start, exported, names } = setUp({ sampler, keep: keep() });
    const root = start('root');
    const child = start('child', root);
    start('grandchild', child, { attributes: { a: 1 } }).end();
    child.end();
    assert.deepEqual(names(), []);
    root.setStatus(failed).end();
    assert.deepEqual(names(), ['grandchild', 'child', 'root']);
    assert.ok(exported.every((span) => span.isSampled));
    assert.deepEqual(exported[0]!.attributes, { a: 1 });
    assert.deepEqual(exported[2]!.attributes, { 'otel_instrument.span.kept': 'error' });
    assert.equal(exported[2]!.spanId, root.spanContext().spanId);
  });
  test('is exported when it is slow, from the last duration that is', () => {
    for (const [millis, kept] of [
      [99.9, false],
      [100, true],
    ] as const) {
      const { start, exported } = setUp({ sampler, keep: keep() });
      const startTime = 1_700_000_000_000;
      start('root', undefined, { startTime }).end(startTime + millis);
      assert.deepEqual(
        exported.map(({ attributes }) => attributes),
        kept ? [{ 'otel_instrument.span.kept': 'slow' }] : [],
      );
    }
  });
  test('is forgotten when all is well, or only a child failed', () => {
    const { start, names, openSpans } = setUp({ sampler, keep: keep() });
    const root = start('root');
    start('child', root).setStatus(failed).end();
    root.end();
    assert.deepEqual(names(), []);
    assert.ok(openSpans.isEmpty());
  });
  test('tells others that it is not sampled', () => {
    const { start } = setUp({ sampler, keep: keep() });
    const root = start('root');
    assert.equal(root.isRecording(), true);
    assert.equal(root.spanContext().traceFlags & 1, 0);
    root.setStatus(failed).end();
    assert.equal(root.spanContext().traceFlags & 1, 0);
  });
  test('begins at the first span of this process', () => {
    const { start, names } = setUp({ sampler, keep: keep() });
    const remote = { spanContext: () => parent(false, { isRemote: true }) };
    start('server', remote as never)
      .setStatus(failed)
      .end();
    assert.deepEqual(names(), ['server']);
  });
  test('goes on after its root has ended', () => {
    const { start, names } = setUp({ sampler, keep: keep() });
    const root = start('root');
    const late = start('late', root);
    root.setStatus(failed).end();
    start('later', root).end();
    late.end();
    assert.deepEqual(names(), ['root', 'later', 'late']);
  });
  test('leaves nothing behind when its root has ended well', () => {
    const { start, names } = setUp({ sampler, keep: keep() });
    const root = start('root');
    const late = start('late', root);
    root.end();
    assert.equal(start('later', root).isRecording(), false);
    late.end();
    assert.deepEqual(names(), []);
  });
  test('is kept when the end of the process cuts it off', () => {
    const { start, exported, openSpans } = setUp({ sampler, keep: keep() });
    start('child', start('root'));
    openSpans.endAll();
    assert.deepEqual(
      exported.map(({ name, attributes }) => [name, Object.keys(attributes)]),
      [
        ['root', ['otel_instrument.span.unfinished', 'otel_instrument.span.kept']],
        ['child', ['otel_instrument.span.unfinished']],
      ],
    );
  });
});

test('each of the two reasons can be had alone', () => {
  const startTime = 1_700_000_000_000;
  const end = (part: Partial<KeepConfig>) => {
    const { start, exported } = setUp({ sampler, keep: keep(part) });
    start('fails').setStatus(failed).end();
    start('slow', undefined, { startTime }).end(startTime + 1000);
    return exported.map(({ name }) => name);
  };
  assert.deepEqual(end({ onError: false }), ['slow']);
  assert.deepEqual(end({ slowMillis: undefined }), ['fails']);
});

test('what is sampled is exported as ever', () => {
  const { start, exported } = setUp({ sampler: parentBased({ root: alwaysOn }), keep: keep() });
  const root = start('root');
  start('child', root).end();
  root.setStatus(failed).end();
  assert.deepEqual(
    exported.map(({ name, attributes }) => [name, attributes]),
    [
      ['child', {}],
      ['root', {}],
    ],
  );
});

test('what a rule drops in a sampled trace stays dropped', () => {
  const rules = samplerOf({
    kind: 'rules',
    rules: [{ match: { spanKinds: ['client'] }, sampler: { kind: 'always_off' } }],
    otherwise: { kind: 'parent_based', root: { kind: 'always_on' } },
  });
  const { start, names } = setUp({ sampler: rules, keep: keep() });
  const root = start('root');
  start('dropped', root, { kind: 2 }).setStatus(failed).end();
  root.setStatus(failed).end();
  assert.deepEqual(names(), ['root']);
});

describe('memory', () => {
  test('the oldest trace is forgotten when there is no more room', () => {
    const { start, names } = setUp({ sampler, keep: keep({ maxBytes: 20_000 }) });
    const [first, second] = [start('first'), start('second')];
    start('a', first, { attributes: { text: 'x'.repeat(8000) } }).end();
    start('b', second, { attributes: { text: 'x'.repeat(8000) } }).end();
    start('c', second, { attributes: { text: 'x'.repeat(8000) } }).end();
    assert.equal(start('d', first).isRecording(), false);
    first.setStatus(failed).end();
    second.setStatus(failed).end();
    assert.deepEqual(names(), ['b', 'c', 'second']);
  });
  test('traces whose root never ends take no more than that either', () => {
    const { start, names } = setUp({ sampler, keep: keep({ maxBytes: 256 * 10 }) });
    const roots = Array.from({ length: 20 }, (_, i) => start(`root ${i}`));
    for (const root of roots) root.setStatus(failed).end();
    assert.deepEqual(
      names(),
      Array.from({ length: 10 }, (_, i) => `root ${i + 10}`),
    );
  });
  test('the room is given back', () => {
    const { start, names } = setUp({ sampler, keep: keep({ maxBytes: 20_000 }) });
    for (let i = 0; i < 100; i++) {
      const root = start(`root ${i}`);
      start('child', root, { attributes: { text: 'x'.repeat(8000) } }).end();
      if (i % 10 === 0) root.setStatus(failed);
      root.end();
    }
    assert.equal(names().length, 20);
  });
});
