import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { lazyTraceState } from '../../../src/sdk/propagation/trace-state';
import {
  formatTraceparent,
  parseTraceparent,
  w3cTraceContext,
} from '../../../src/sdk/propagation/w3c-trace-context';
import { newIdentity } from '../../../src/sdk/trace/ids';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const ids = `${traceId}-${spanId}`;
const zeros = (length: number) => '0'.repeat(length);

/** The headers sent on after a service has received these. */
function passedOn(carrier: object): Record<string, string> {
  const sent: Record<string, string> = {};
  w3cTraceContext.inject(
    w3cTraceContext.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter),
    sent,
    defaultTextMapSetter,
  );
  return sent;
}

// The rules of https://www.w3.org/TR/trace-context-2/#traceparent-header, each with what just breaks it.
describe('traceparent', () => {
  const accepted: [string, number][] = [
    [`00-${ids}-00`, 0],
    [`00-${ids}-01`, 1],
    [`00-${ids}-02`, 2],
    [`00-${ids}-03`, 3],
    [`00-${ids}-ff`, 3],
    [`00-${ids}-fc`, 0],
    [`01-${ids}-01`, 1],
    [`fe-${ids}-01`, 1],
    [`cc-${ids}-01-what-the-future-will-be-like`, 1],
    [`cc-${ids}-01-`, 1],
    [`00-${zeros(31)}1-${zeros(15)}1-01`, 1],
    [` \t00-${ids}-01\t `, 1],
  ];
  for (const [header, traceFlags] of accepted) {
    test(`accepted: ${header}`, () => {
      const [, trace, span] = header.trim().split('-');
      assert.deepEqual(parseTraceparent(header), {
        traceId: trace,
        spanId: span,
        traceFlags,
        isRemote: true,
      });
    });
  }

  const refused = [
    '',
    '00',
    '-',
    `ff-${ids}-01`,
    `FE-${ids}-01`,
    `0-${ids}-01`,
    `000-${ids}-01`,
    `.0-${ids}-01`,
    `00-${ids}-01-`,
    `00-${ids}-01-what`,
    `00-${ids}-01.`,
    `cc-${ids}-01.what`,
    `cc-${ids}-0`,
    `00-${ids}-1`,
    `00-${ids}-`,
    `00-${ids}`,
    `00-${ids}-0g`,
    `00-${ids}-0A`,
    `00-${ids}-.0`,
    `00-${zeros(32)}-${spanId}-01`,
    `00-${traceId}-${zeros(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId.toUpperCase()}-01`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `00-${traceId}0-${spanId}-01`,
    `00-${traceId}-${spanId.slice(1)}-01`,
    `00-.${traceId.slice(1)}-${spanId}-01`,
    `00-${traceId}-.${spanId.slice(1)}-01`,
    `00_${ids}-01`,
    `00-${traceId}_${spanId}-01`,
    `00-${ids}_01`,
    `00-${ids}-01, 00-${ids}-01`,
    `\v00-${ids}-01`,
    `00-${ids}-0\ud83d`,
  ];
  for (const header of refused)
    test(`refused: ${header}`, () => assert.equal(parseTraceparent(header), undefined));

  test('only the known flags are sent', () => {
    assert.equal(formatTraceparent({ traceId, spanId, traceFlags: 0xff }), `00-${ids}-03`);
    assert.equal(formatTraceparent({ traceId, spanId, traceFlags: 0 }), `00-${ids}-00`);
  });
  test('ids that were made here are sent as they read', () => {
    for (let traceFlags = 0; traceFlags < 400; traceFlags++) {
      const own = newIdentity();
      own.traceFlags = traceFlags & 0xff;
      assert.equal(formatTraceparent(own), `00-${own.traceId}-${own.spanId}-0${traceFlags & 3}`);
    }
  });
});

describe('tracestate', () => {
  const longKey = 'k'.repeat(256);
  const longValue = 'v'.repeat(256);
  const members = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',');
  const kept: [string, string][] = [
    ['foo=1', 'foo=1'],
    ['foo=1,bar=2', 'foo=1,bar=2'],
    ['foo=1 \t , \t bar=2', 'foo=1,bar=2'],
    ['foo=1,,bar=2,', 'foo=1,bar=2'],
    ['foo=1,foo=2,bar=3', 'foo=1,bar=3'],
    ['foo=a b', 'foo=a b'],
    ['foo= 1', 'foo= 1'],
    [
      'a_-*/9=!"#$%&\'()*+-./0123456789:;<>?@AZ[\\]^_`az{|}~',
      'a_-*/9=!"#$%&\'()*+-./0123456789:;<>?@AZ[\\]^_`az{|}~',
    ],
    ['0tenant@system=1', '0tenant@system=1'],
    [`${longKey}=1`, `${longKey}=1`],
    [`a=${longValue}`, `a=${longValue}`],
    [members(32), members(32)],
  ];
  for (const [header, expected] of kept) {
    test(`kept: ${header.slice(0, 60)}`, () => assert.equal(lazyTraceState(header).serialize(), expected));
  }

  const dropped = [
    '',
    ',',
    'foo',
    '=1',
    'foo=',
    'foo=1,bar',
    'foo=1=2',
    'foo =1',
    'FOO=1',
    'foo.bar=1',
    '@foo=1',
    '_foo=1',
    'foo=é',
    'foo=\x7f',
    'foo=a\tb',
    `${longKey}k=1`,
    `a=${longValue}v`,
    members(33),
    `foo=1${' '.repeat(8192)}`,
  ];
  for (const header of dropped) {
    test(`dropped whole: ${header.slice(0, 60)}`, () => assert.equal(lazyTraceState(header).serialize(), ''));
  }

  test('get, set and unset, without changing the original', () => {
    const state = lazyTraceState('foo=1,bar=2');
    assert.equal(state.get('bar'), '2');
    assert.equal(state.get('__proto__'), undefined);
    assert.equal(state.set('new', '3').serialize(), 'new=3,foo=1,bar=2');
    assert.equal(state.set('bar', '4').serialize(), 'bar=4,foo=1');
    assert.equal(state.set('BAD', '4').serialize(), 'foo=1,bar=2');
    assert.equal(state.set('bad', 'a,b').serialize(), 'foo=1,bar=2');
    assert.equal(state.unset('foo').serialize(), 'bar=2');
    assert.equal(state.serialize(), 'foo=1,bar=2');
    assert.equal(lazyTraceState(members(32)).set('new', '1').serialize(), `new=1,${members(31)}`);
  });
});

describe('the propagator', () => {
  const traceparent = `00-${ids}-01`;

  test('passes on what it received', () => {
    assert.deepEqual(passedOn({ traceparent, tracestate: 'foo=1' }), { traceparent, tracestate: 'foo=1' });
    assert.deepEqual(passedOn({ traceparent: `cc-${ids}-03-x` }), { traceparent: `00-${ids}-03` });
  });

  test('headers sent more than once', () => {
    assert.deepEqual(passedOn({ traceparent: [traceparent], tracestate: ['foo=1', '', 'bar=2'] }), {
      traceparent,
      tracestate: 'foo=1,bar=2',
    });
    assert.deepEqual(passedOn({ traceparent: [traceparent, traceparent] }), {});
    assert.deepEqual(passedOn({ traceparent: [] }), {});
  });

  test('a bad tracestate does not cost the traceparent; without a traceparent it is not read', () => {
    assert.deepEqual(passedOn({ traceparent, tracestate: 'foo' }), { traceparent });
    assert.deepEqual(passedOn({ traceparent, tracestate: 42 }), { traceparent });
    assert.deepEqual(passedOn({ tracestate: 'foo=1' }), {});
    assert.deepEqual(passedOn({ traceparent: 'x', tracestate: 'foo=1' }), {});
  });

  test('a header that is no string leaves the context as it is', () => {
    for (const value of [null, 1, {}, Buffer.from(traceparent), [undefined]]) {
      assert.equal(
        w3cTraceContext.extract(ROOT_CONTEXT, { traceparent: value }, defaultTextMapGetter),
        ROOT_CONTEXT,
      );
    }
  });

  test('an invalid span context is not sent', () => {
    const sent = {};
    const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: zeros(32), spanId, traceFlags: 1 });
    w3cTraceContext.inject(context, sent, defaultTextMapSetter);
    w3cTraceContext.inject(ROOT_CONTEXT, sent, defaultTextMapSetter);
    assert.deepEqual(sent, {});
    assert.deepEqual(w3cTraceContext.fields(), ['traceparent', 'tracestate']);
  });
});

describe('properties', () => {
  const piece = fc.constantFrom(
    '00',
    'cc',
    'ff',
    '-',
    traceId,
    spanId,
    '01',
    ',',
    '=',
    ' ',
    'a',
    'foo=1',
    '\ud83d',
    '\0',
    '%',
  );
  const anyHeader = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
  );

  test('no header throws, and what is sent on is valid', () => {
    fc.assert(
      fc.property(anyHeader, anyHeader, (first, second) => {
        const sent = passedOn({ traceparent: first, tracestate: second });
        const again = passedOn({ traceparent: `00-${ids}-01`, tracestate: second });
        assert.deepEqual(passedOn(sent), sent);
        assert.deepEqual(passedOn(again), again);
      }),
      { numRuns: 1500 },
    );
  });

  test('round trip', () => {
    const hex = (length: number) =>
      fc
        .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
        .map((digits) => digits.join(''))
        .filter((id) => id !== zeros(length));
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 3 }), (traceId, spanId, traceFlags) => {
        const spanContext = { traceId, spanId, traceFlags };
        assert.deepEqual(parseTraceparent(formatTraceparent(spanContext)), {
          ...spanContext,
          isRemote: true,
        });
      }),
    );
  });
});
