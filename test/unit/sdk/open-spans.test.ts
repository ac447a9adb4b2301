import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { toEntries } from '../../../src/model/attribute-list';
import type { EndedSpan } from '../../../src/model/ended-span';
import { createOpenSpans, type OpenSpan } from '../../../src/sdk/trace/open-spans';
import { snapshotOf } from '../../../src/sdk/trace/snapshot';
import { createTracerProvider } from '../../../src/sdk/trace/tracer-provider';

/** Open spans under names, and the names of those that were ended by the registry. */
function setUp(maxCount?: number) {
  const ended: string[] = [];
  const opened = mock.fn();
  const openSpans = createOpenSpans(opened, maxCount);
  const open = (name: string): OpenSpan => {
    const span: OpenSpan = {
      older: undefined,
      newer: undefined,
      endUnfinished() {
        openSpans.remove(span);
        ended.push(name);
      },
    };
    openSpans.add(span);
    return span;
  };
  return { openSpans, open, ended, opened };
}

function linesDuring(act: () => void): string[] {
  const lines: string[] = [];
  const fs = require('node:fs') as typeof import('node:fs');
  const write = mock.method(fs, 'writeSync', (_fd: number, line: string) => lines.push(line.trim()));
  try {
    act();
  } finally {
    write.mock.restore();
  }
  return lines;
}

describe('what is open', () => {
  for (const removed of [[], ['a'], ['b'], ['c'], ['a', 'b'], ['c', 'b'], ['b', 'a', 'c']]) {
    test(`without ${removed.join(', ') || 'any removed'} is ended, the oldest first`, () => {
      const { openSpans, open, ended } = setUp();
      const spans: Record<string, OpenSpan> = { a: open('a'), b: open('b'), c: open('c') };
      for (const name of removed) openSpans.remove(spans[name]!);
      assert.equal(openSpans.isEmpty(), removed.length === 3);
      openSpans.endAll();
      assert.deepEqual(
        ended,
        ['a', 'b', 'c'].filter((name) => !removed.includes(name)),
      );
      assert.equal(openSpans.isEmpty(), true);
      for (const span of Object.values(spans))
        assert.deepEqual([span.older, span.newer], [undefined, undefined]);
    });
  }

  test('is told of when there was nothing before', () => {
    const { openSpans, open, opened } = setUp();
    const first = open('a');
    const second = open('b');
    assert.equal(opened.mock.callCount(), 1);
    openSpans.remove(first);
    openSpans.remove(second);
    open('c');
    assert.equal(opened.mock.callCount(), 2);
  });

  test('beyond the limit the oldest is forgotten, and counted unless it ends after all', () => {
    const { openSpans, open, ended } = setUp(2);
    const first = open('a');
    for (const name of ['b', 'c', 'd']) open(name);
    openSpans.remove(first);
    const lines = linesDuring(() => openSpans.endAll());
    assert.deepEqual(ended, ['c', 'd']);
    assert.deepEqual(lines, [
      'otel-instrument: spans still open at the end of the process and lost: 1 (more than 2 were open)',
    ]);
  });
});

describe('a span that its process ended', () => {
  const endedBy = (act: (span: Span) => void, attributeCount = 128) => {
    const ended: EndedSpan[] = [];
    const openSpans = createOpenSpans(() => {});
    const limits = {
      ...{ attributeCount, attributeValueLength: 100, eventCount: 1, linkCount: 1 },
      ...{ eventAttributeCount: 1, linkAttributeCount: 1 },
    };
    const provider = createTracerProvider({
      ...{ limits, openSpans, sampler: () => true, passThrough: false },
      sink(span) {
        ended.push(snapshotOf(span));
        return false;
      },
    });
    const span = provider.getTracer('test').startSpan('name', {}, ROOT_CONTEXT);
    act(span);
    openSpans.endAll();
    span.end();
    assert.equal(ended.length, 1, 'sent once');
    return ended[0]!;
  };

  test('is marked and has no status', () => {
    const { attributes, status, startMillis, endMillis } = endedBy((span) => span.setAttribute('a', 1));
    assert.deepEqual(toEntries(attributes), [
      ['a', 1],
      ['otel_instrument.span.unfinished', true],
    ]);
    assert.equal(status.code, 0);
    assert.ok(endMillis >= startMillis);
  });

  test('is marked also where no attribute fits', () => {
    const { attributes } = endedBy((span) => span.setAttribute('a', 1).setAttribute('b', 1), 1);
    assert.deepEqual(Object.keys(Object.fromEntries(toEntries(attributes))), [
      'a',
      'otel_instrument.span.unfinished',
    ]);
  });

  test('is not marked if the program ended it', () => {
    assert.deepEqual(toEntries(endedBy((span) => span.end()).attributes), []);
  });
});
