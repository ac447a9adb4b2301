import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type TimeInput, trace } from '@opentelemetry/api';
import type { SpanLimits } from '../../../src/config/config';
import { toEntries } from '../../../src/model/attribute-list';
import type { EndedSpan } from '../../../src/model/ended-span';
import { snapshotOf } from '../../../src/sdk/trace/snapshot';
import { createTracerProvider } from '../../../src/sdk/trace/tracer-provider';
import { defaultLimits } from '../../harness/span-limits';

const remote = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 3,
  isRemote: true,
};

/** A tracer and what its spans were when they ended: copies, since a span lets go of everything then. */
function setUp(limits: Partial<SpanLimits> = {}, sampled = true) {
  const ended: EndedSpan[] = [];
  const provider = createTracerProvider({
    limits: { ...defaultLimits, ...limits },
    sampler: () => sampled,
    passThrough: false,
    sink(span) {
      ended.push(snapshotOf(span));
      return false;
    },
  });
  return { ended, tracer: provider.getTracer('test', '1'), provider };
}

/** A span that `act` worked on, after its end. */
function spanAfter(act: (span: Span) => void, limits?: Partial<SpanLimits>): EndedSpan {
  const { ended, tracer } = setUp(limits);
  const span = tracer.startSpan('name', {}, ROOT_CONTEXT);
  act(span);
  span.end();
  assert.equal(ended.length, 1);
  return ended[0]!;
}

const attributesOf = ({ attributes }: EndedSpan) => Object.fromEntries(toEntries(attributes));

describe('attributes', () => {
  const cases: readonly [title: string, value: unknown, recorded: unknown][] = [
    ['a string', 'text', 'text'],
    ['an empty string', '', ''],
    ['an integer', 42, 42],
    ['zero', 0, 0],
    ['NaN', Number.NaN, Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['false', false, false],
    ['an array', ['a', 'b'], ['a', 'b']],
    ['an empty array', [], []],
    ['null among strings', ['a', null, 'b'], ['a', null, 'b']],
    ['undefined among numbers', [undefined, 1], [null, 1]],
    ['null', null, undefined],
    ['undefined', undefined, undefined],
    ['an object', { a: 1 }, undefined],
    ['a mixed array', ['a', 1], undefined],
    ['an array of objects', [{}], undefined],
    ['an array of arrays', [['a']], undefined],
    ['a function', () => {}, undefined],
    ['a symbol', Symbol('s'), undefined],
    ['a bigint', 1n, undefined],
  ];
  for (const [title, value, recorded] of cases) {
    test(title, () => {
      const span = spanAfter((span) => span.setAttribute('key', value as never));
      assert.deepEqual(attributesOf(span), recorded === undefined ? {} : { key: recorded });
      assert.equal(span.droppedAttributesCount, 0);
    });
  }

  test('the last value of a key counts, in the place of the first', () => {
    const span = spanAfter((span) => span.setAttribute('a', 1).setAttributes({ b: 2, a: 3 }));
    assert.deepEqual(Object.entries(attributesOf(span)), [
      ['a', 3],
      ['b', 2],
    ]);
  });

  test('an array is copied', () => {
    const array = ['a'];
    const span = spanAfter((span) => {
      span.setAttribute('key', array);
      array.push('b');
    });
    assert.deepEqual(attributesOf(span), { key: ['a'] });
  });

  test('keys that are no keys are refused', () => {
    const span = spanAfter((span) =>
      span
        .setAttribute('', 1)
        .setAttribute(undefined as never, 1)
        .setAttributes(null as never),
    );
    assert.deepEqual(attributesOf(span), {});
  });

  test('the count is limited, values of known keys are not', () => {
    const span = spanAfter((span) => span.setAttributes({ a: 1, b: 2, c: 3, a2: 4 }).setAttribute('a', 5), {
      attributeCount: 2,
    });
    assert.deepEqual(attributesOf(span), { a: 5, b: 2 });
    assert.equal(span.droppedAttributesCount, 2);
  });

  test('the length of strings is limited, of other values not', () => {
    const span = spanAfter(
      (span) => span.setAttributes({ a: 'abc', b: 'abcd', c: ['abcd', null], d: 12345 }),
      {
        attributeValueLength: 3,
      },
    );
    assert.deepEqual(attributesOf(span), { a: 'abc', b: 'abc', c: ['abc', null], d: 12345 });
  });
});

describe('events', () => {
  test('carry name, time and attributes', () => {
    const { events } = spanAfter((span) =>
      span
        .addEvent('one', { a: 1, b: {} as never })
        .addEvent('two', 1_700_000_000_000)
        .addEvent('three', {}, [5, 6e6]),
    );
    assert.deepEqual(
      events.map(({ name, attributes }) => [name, attributes]),
      [
        ['one', { a: 1 }],
        ['two', {}],
        ['three', {}],
      ],
    );
    assert.equal(events[1]!.timeMillis, 1_700_000_000_000);
    assert.equal(events[2]!.timeMillis, 5006);
  });

  test('are limited, and so are their attributes', () => {
    const span = spanAfter((span) => span.addEvent('1', { a: 'xyz', b: 1 }).addEvent('2').addEvent('3'), {
      eventCount: 2,
      eventAttributeCount: 1,
      attributeValueLength: 2,
    });
    assert.equal(span.events.length, 2);
    assert.equal(span.droppedEventsCount, 1);
    assert.deepEqual(span.events[0]!.attributes, { a: 'xy' });
    assert.equal(span.events[0]!.droppedAttributesCount, 1);
  });
});

describe('links', () => {
  test('carry context and attributes, given at the start or later', () => {
    const { ended, tracer } = setUp();
    const other = { ...remote, spanId: '00f067aa0ba902b7' };
    const span = tracer.startSpan('x', { links: [{ context: remote, attributes: { a: 1 } }] }, ROOT_CONTEXT);
    span.addLink({ context: other });
    span.addLinks([{ context: remote }]);
    span.end();
    assert.deepEqual(
      ended[0]!.links.map(({ context, attributes }) => [context.spanId, attributes]),
      [
        [remote.spanId, { a: 1 }],
        [other.spanId, {}],
        [remote.spanId, {}],
      ],
    );
  });

  test('are limited, and so are their attributes', () => {
    const span = spanAfter(
      (span) => span.addLinks([{ context: remote, attributes: { a: 1, b: 2 } }, { context: remote }]),
      { linkCount: 1, linkAttributeCount: 1 },
    );
    assert.equal(span.links.length, 1);
    assert.equal(span.droppedLinksCount, 1);
    assert.deepEqual(span.links[0]!.attributes, { a: 1 });
    assert.equal(span.links[0]!.droppedAttributesCount, 1);
  });

  const refused: readonly unknown[] = [
    undefined,
    null,
    {},
    { context: undefined },
    { context: { ...remote, traceId: `${remote.traceId}00` } },
    { context: { ...remote, traceId: 'x'.repeat(32) } },
    { context: { ...remote, spanId: 'abc' } },
    { context: { ...remote, spanId: 12 } },
  ];
  for (const link of refused) {
    test(`to ${JSON.stringify(link)} are refused`, () =>
      assert.deepEqual(spanAfter((span) => span.addLink(link as never)).links, []));
  }
  test('no array of links is no link', () =>
    assert.deepEqual(spanAfter((span) => span.addLinks(undefined as never)).links, []));
});

describe('exceptions', () => {
  const eventOf = (thrown: unknown) => spanAfter((span) => span.recordException(thrown as never)).events[0];

  test('an error', () => {
    const error = new TypeError('wrong');
    const event = eventOf(error)!;
    assert.equal(event.name, 'exception');
    assert.deepEqual(event.attributes, {
      'exception.type': 'TypeError',
      'exception.message': 'wrong',
      'exception.stacktrace': error.stack,
    });
  });
  test('an error with a code', () =>
    assert.equal(
      eventOf(Object.assign(new Error('x'), { code: 'ENOENT' }))!.attributes['exception.type'],
      'ENOENT',
    ));
  test('a code of null is none', () =>
    assert.equal(
      eventOf(Object.assign(new Error('x'), { code: null }))!.attributes['exception.type'],
      'Error',
    ));
  test('a numeric code', () =>
    assert.equal(eventOf({ code: 7, message: 'x' })!.attributes['exception.type'], '7'));
  test('a string', () => assert.deepEqual(eventOf('broken')!.attributes, { 'exception.message': 'broken' }));
  for (const nothing of [undefined, null, {}, '', 0]) {
    test(`${JSON.stringify(nothing)} says nothing`, () => assert.equal(eventOf(nothing), undefined));
  }
  test('its time', () =>
    assert.equal(spanAfter((span) => span.recordException('x', 5e12)).events[0]!.timeMillis, 5e12));
});

describe('status', () => {
  const { OK, ERROR, UNSET } = SpanStatusCode;
  const cases: readonly [title: string, given: unknown[], kept: unknown][] = [
    ['none', [], { code: UNSET }],
    ['ok', [{ code: OK }], { code: OK }],
    ['error with a description', [{ code: ERROR, message: 'm' }], { code: ERROR, message: 'm' }],
    ['ok keeps no description', [{ code: OK, message: 'm' }], { code: OK }],
    ['ok is final', [{ code: OK }, { code: ERROR, message: 'm' }], { code: OK }],
    ['error gives way to ok', [{ code: ERROR, message: 'm' }, { code: OK }], { code: OK }],
    ['the last error counts', [{ code: ERROR, message: 'm' }, { code: ERROR }], { code: ERROR }],
    ['unset is ignored', [{ code: ERROR }, { code: UNSET }], { code: ERROR }],
    ['an unknown code is ignored', [{ code: 7 }], { code: UNSET }],
    ['nothing is ignored', [undefined], { code: UNSET }],
    ['an empty description is none', [{ code: ERROR, message: '' }], { code: ERROR }],
  ];
  for (const [title, given, kept] of cases) {
    test(title, () => {
      const span = spanAfter((span) => {
        for (const status of given) span.setStatus(status as never);
      });
      assert.deepEqual(span.status, kept);
    });
  }
});

describe('times', () => {
  const at = (startTime: unknown, endTime?: unknown) => {
    const { ended, tracer } = setUp();
    tracer.startSpan('x', { startTime: startTime as TimeInput }, ROOT_CONTEXT).end(endTime as TimeInput);
    assert.equal(ended.length, 1);
    return ended[0]!;
  };
  const epoch = 1_700_000_000_123;
  const cases: readonly [title: string, input: unknown, millis: number][] = [
    ['milliseconds', epoch + 0.5, epoch + 0.5],
    ['a Date', new Date(epoch), epoch],
    ['seconds and nanoseconds', [1_700_000_000, 123_500_000], epoch + 0.5],
    ['the epoch', new Date(0), 0],
    ['a reading of performance.now()', 1000, performance.timeOrigin + 1000],
  ];
  for (const [title, input, millis] of cases) {
    test(title, () => {
      assert.equal(at(input, Date.now()).startMillis, millis);
      assert.equal(at(new Date(0), input).endMillis, millis);
    });
  }
  const unusable = [
    Number.NaN,
    Infinity,
    -Infinity,
    new Date(Number.NaN),
    new Date(-1),
    [Number.NaN, 0],
    [-1, 0],
    'now',
    {},
    null,
    1e300,
  ];
  for (const input of [undefined, ...unusable]) {
    test(`${String(input)} is now`, () => {
      const before = Date.now();
      const { startMillis, endMillis } = at(input, input);
      assert.ok(Math.abs(startMillis - before) < 1000, String(startMillis));
      assert.ok(endMillis >= startMillis && endMillis - before < 1000, String(endMillis));
    });
  }
  test('an end before the start is the start', () => assert.equal(at(epoch, epoch - 1).endMillis, epoch));
});

describe('life of a span', () => {
  test('what comes after the end is ignored, a second end too', () => {
    const { ended, tracer } = setUp();
    const span = tracer.startSpan('first', {}, ROOT_CONTEXT);
    assert.equal(span.isRecording(), true);
    span.updateName('renamed');
    span.end();
    assert.equal(span.isRecording(), false);
    span.setAttribute('a', 1).addEvent('e').addLink({ context: remote }).updateName('late');
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.recordException('x');
    span.end();
    assert.equal(ended.length, 1);
    const [{ name, attributes, events, links, status }] = ended as [EndedSpan];
    assert.deepEqual(
      [name, toEntries(attributes), events, links, status],
      ['renamed', [], [], [], { code: 0 }],
    );
  });

  test('identity of a root and of a child', () => {
    const { tracer } = setUp();
    const root = tracer.startSpan('root', {}, ROOT_CONTEXT);
    const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root));
    assert.match(root.spanContext().traceId, /^[0-9a-f]{32}$/);
    assert.match(root.spanContext().spanId, /^[0-9a-f]{16}$/);
    assert.equal(root.spanContext().traceFlags, 3);
    assert.equal(child.spanContext().traceId, root.spanContext().traceId);
    assert.notEqual(child.spanContext().spanId, root.spanContext().spanId);
  });

  test('a remote parent gives trace id, trace state and the random flag', () => {
    const { ended, tracer } = setUp();
    const traceState = { serialize: () => 'a=1' } as never;
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceState });
    const span = tracer.startSpan('x', {}, parent);
    assert.deepEqual(
      { ...span.spanContext(), spanId: '' },
      { traceId: remote.traceId, spanId: '', traceFlags: 3, traceState },
    );
    span.end();
    assert.equal(ended[0]!.parent!.spanId, remote.spanId);
  });

  test('`root` ignores the parent, and so do ids that are none', () => {
    const { tracer } = setUp();
    const parent = trace.setSpanContext(ROOT_CONTEXT, remote);
    assert.notEqual(tracer.startSpan('x', { root: true }, parent).spanContext().traceId, remote.traceId);
    const zero = { ...remote, traceId: '0'.repeat(32) };
    for (const bad of [{}, null, 'text', { trace: {} }, zero, { ...remote, spanId: 'short' }]) {
      const context = trace.setSpanContext(ROOT_CONTEXT, bad as never);
      assert.notEqual(tracer.startSpan('x', {}, context).spanContext().traceId, remote.traceId);
    }
  });

  for (const isSampled of [true, false]) {
    test(`${isSampled ? '' : 'not '}sampled, a program gets a plain identity, always the same, and can hand it on`, () => {
      const { tracer } = setUp({}, isSampled);
      const remoteParent = trace.setSpanContext(ROOT_CONTEXT, remote);
      const span = tracer.startSpan('x', {}, remoteParent);
      const child = tracer.startSpan('y', {}, trace.setSpan(ROOT_CONTEXT, span));
      const own = span.spanContext();
      assert.equal(span.spanContext(), own);
      assert.equal(Object.getPrototypeOf(own), Object.prototype);
      const { traceId } = remote;
      const spanId = String(own.spanId);
      assert.match(spanId, /^[0-9a-f]{16}$/);
      assert.deepEqual({ ...own }, { traceId, spanId, traceFlags: isSampled ? 3 : 2 });
      assert.equal(child.spanContext().traceId, traceId);
      assert.notEqual(child.spanContext().spanId, spanId);
      const handedOn = tracer.startSpan('z', {}, trace.setSpanContext(ROOT_CONTEXT, { ...own }));
      assert.equal(handedOn.spanContext().traceId, traceId);
    });
  }

  test('no options, kind and name as given', () => {
    const { ended, tracer } = setUp();
    tracer.startSpan('a', null as never, ROOT_CONTEXT).end();
    tracer.startSpan(7 as never, { kind: SpanKind.CONSUMER, attributes: { a: 1 } }, ROOT_CONTEXT).end();
    assert.deepEqual(
      ended.map(({ name, kind }) => [name, kind]),
      [
        ['a', 0],
        ['7', 4],
      ],
    );
  });

  test('startActiveSpan runs the function with the span active and gives its result', () => {
    const { tracer } = setUp();
    const result = tracer.startActiveSpan('x', (span) => {
      const child = tracer.startSpan('child');
      assert.equal(child.spanContext().traceId, span.spanContext().traceId);
      return 42;
    });
    assert.equal(result, 42);
    tracer.startActiveSpan('x', { root: true }, ROOT_CONTEXT, (span) => span.end());
    assert.throws(
      () =>
        tracer.startActiveSpan('x', {}, () => {
          throw new RangeError('mine');
        }),
      RangeError,
    );
  });

  test('a tracer is made once', () => {
    const { provider } = setUp();
    assert.equal(provider.getTracer('a', '1'), provider.getTracer('a', '1'));
    assert.notEqual(provider.getTracer('a', '1'), provider.getTracer('a', '2'));
    assert.notEqual(provider.getTracer('a'), provider.getTracer('a', undefined, { schemaUrl: 'u' }));
  });
});

describe('a span that is not recorded', () => {
  test('does nothing, and passes its trace on', () => {
    const { ended, tracer } = setUp({}, false);
    const span = tracer.startSpan('x', {}, trace.setSpanContext(ROOT_CONTEXT, remote));
    assert.equal(span.isRecording(), false);
    assert.equal(span.spanContext().traceId, remote.traceId);
    assert.equal(span.spanContext().traceFlags & 1, 0);
    assert.equal(
      span.setAttribute('a', 1).setAttributes({}).addEvent('e').addLink({ context: remote }),
      span,
    );
    assert.equal(span.addLinks([]).setStatus({ code: 1 }).updateName('y'), span);
    span.recordException('x');
    span.end();
    assert.deepEqual(ended, []);
  });

  test('in a context where tracing is suppressed', () => {
    const { tracer } = setUp();
    const key = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
    assert.equal(tracer.startSpan('x', {}, ROOT_CONTEXT.setValue(key, true)).isRecording(), false);
  });

  test('passed through, it is the parent itself or nobody', () => {
    const provider = createTracerProvider({
      limits: defaultLimits,
      sampler: () => true,
      passThrough: true,
      sink: () => assert.fail('a span ended'),
    });
    const tracer = provider.getTracer('x');
    assert.deepEqual(
      tracer.startSpan('x', {}, trace.setSpanContext(ROOT_CONTEXT, remote)).spanContext(),
      remote,
    );
    assert.equal(tracer.startSpan('x', {}, ROOT_CONTEXT).spanContext().traceId, '0'.repeat(32));
  });
});
