import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SamplerConfig } from '../../../src/config/sampler-config';
import { samplerOf } from './ask';
import { setUp } from './trace';

const rules = (...paths: string[]): SamplerConfig => ({
  kind: 'rules',
  rules: [{ match: { conditions: [{ of: 'path', included: paths }] }, sampler: { kind: 'always_off' } }],
  otherwise: { kind: 'parent_based', root: { kind: 'always_on' } },
});

describe('a sampler that looks at attributes', () => {
  test('decides when they are there', () => {
    const { startIncomplete, start, names, openSpans } = setUp({ sampler: samplerOf(rules('/health')) });
    const dropped = startIncomplete('dropped', { 'url.path': '/health' });
    assert.equal(dropped.isRecording(), false);
    assert.equal(dropped.spanContext().traceFlags, 2);
    assert.ok(openSpans.isEmpty());
    start('child of dropped', dropped).end();
    dropped.setAttribute('a', 1).end();

    const kept = startIncomplete('kept', { 'url.path': '/users' });
    assert.equal(kept.isRecording(), true);
    assert.equal(kept.spanContext().traceFlags, 3);
    assert.ok(!openSpans.isEmpty());
    start('child of kept', kept).end();
    kept.end();
    assert.deepEqual(names(), ['child of kept', 'kept']);
    assert.ok(openSpans.isEmpty());
  });
  test('sees those that the program gives', () => {
    const { start, names } = setUp({ sampler: samplerOf(rules('/health')) });
    start('dropped', undefined, { attributes: { 'url.path': '/health' } }).end();
    start('kept', undefined, { attributes: { 'url.path': '/users' } }).end();
    assert.deepEqual(names(), ['kept']);
  });
  test('decides at the end at the latest', () => {
    const { names, start } = setUp({ sampler: samplerOf(rules('/health')) });
    const span = start('late', undefined, { isIncomplete: true } as object);
    span.setAttribute('url.path', '/health').end();
    assert.deepEqual(names(), []);
  });
});

test('a sampler may add attributes and a trace state', () => {
  const sampler = samplerOf({
    kind: 'composite',
    sampler: { kind: 'annotating', attributes: { rule: 'all' }, sampler: { kind: 'always_on' } },
  });
  const { start, exported } = setUp({ sampler });
  const root = start('root', undefined, { attributes: { a: 1 } });
  start('child', root).end();
  root.end();
  assert.deepEqual(
    exported.map(({ attributes, traceState }) => [attributes, traceState]),
    [
      [{ rule: 'all' }, 'ot=th:0'],
      [{ a: 1, rule: 'all' }, 'ot=th:0'],
    ],
  );
});

test('what is only recorded is not exported', () => {
  const sampler = samplerOf({ kind: 'always_record', root: { kind: 'always_off' } });
  const { start, names, openSpans } = setUp({ sampler });
  const span = start('recorded');
  assert.equal(span.isRecording(), true);
  assert.equal(span.spanContext().traceFlags, 2);
  span.end();
  assert.deepEqual(names(), []);
  assert.ok(openSpans.isEmpty());
});
