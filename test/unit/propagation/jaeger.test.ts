import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jaeger } from '../../../src/sdk/propagation/jaeger';
import { extract, inject, read, readBaggage, write } from './carry';

// The format of https://www.jaegertracing.io/sdk-migration/#propagation-format.
const traceId = 'ff00000000000000000000000000004f';
const spanId = 'cf00000000000041';
const ids = `${traceId}-${spanId}`;

describe('jaeger reads uber-trace-id', () => {
  const cases: [header: unknown, expected: string | undefined][] = [
    [`${traceId}:${spanId}:0:1`, `${ids}-1`],
    [`${traceId}:${spanId}:0:0`, `${ids}-0`],
    [`${traceId}:${spanId}:0:01`, `${ids}-1`],
    [`${traceId}:${spanId}:53ce929d0e0e4736:3`, `${ids}-1`],
    [`${traceId}:${spanId}:0:2`, `${ids}-1`],
    [`${traceId}:${spanId}:0:8`, `${ids}-0`],
    [`${traceId}%3A${spanId}%3A0%3A1`, `${ids}-1`],
    ['4f:41:0:1', `${'0'.repeat(30)}4f-${'0'.repeat(14)}41-1`],
    [`${traceId}:${spanId}:0`, undefined],
    [`${traceId}:${spanId}:0:1:2`, undefined],
    [`${traceId}:${spanId}:0:`, undefined],
    [`${traceId}:${spanId}:0:g`, undefined],
    [`${traceId}:${spanId}:0:100`, undefined],
    [`${traceId}0:${spanId}:0:1`, undefined],
    [`0:${spanId}:0:1`, undefined],
    [`${traceId}:0:0:1`, undefined],
    ['%', undefined],
    ['%E0%A4%A', undefined],
    ['', undefined],
    [7, undefined],
  ];
  for (const [header, expected] of cases)
    test(String(header), () => assert.equal(read(jaeger, { 'uber-trace-id': header }), expected));
});

describe('jaeger writes', () => {
  test('uber-trace-id', () => {
    assert.deepEqual(write(jaeger, { traceId, spanId, flags: 3 }), {
      'uber-trace-id': `${traceId}:${spanId}:0:1`,
    });
    assert.deepEqual(write(jaeger, { traceId, spanId, flags: 0 }), {
      'uber-trace-id': `${traceId}:${spanId}:0:0`,
    });
  });
  test('the debug flag as it came', () => {
    const context = extract(jaeger, { 'uber-trace-id': `${traceId}:${spanId}:0:3` });
    assert.deepEqual(inject(jaeger, context), { 'uber-trace-id': `${traceId}:${spanId}:0:3` });
  });
});

describe('baggage in headers of its own', () => {
  test('read', () => {
    const carrier = {
      'uberctx-user': 'ada',
      'uberctx-city': 'K%C3%B6ln%20%',
      'Uberctx-Mixed': 'yes',
      'uberctx-': 'no key',
      'uberctx-list': ['a', 'b'],
      'other-user': 'no',
    };
    assert.deepEqual(readBaggage(jaeger, carrier), { user: 'ada', city: 'Köln %', Mixed: 'yes' });
  });
  test('written, also without a span', () => {
    const baggage = { user: 'ada', city: 'Köln', 'no token': 'x' };
    const expected = { 'uberctx-user': 'ada', 'uberctx-city': 'K%C3%B6ln' };
    assert.deepEqual(write(jaeger, { traceId: '', spanId: '', baggage }), expected);
  });
  test('no more than the limits of the baggage header', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`uberctx-k${i}`, 'v']));
    assert.equal(Object.keys(readBaggage(jaeger, many)).length, 180);
    const long = { 'uberctx-a': 'x'.repeat(5000), 'uberctx-b': 'x'.repeat(5000) };
    assert.deepEqual(Object.keys(readBaggage(jaeger, long)), ['a']);
  });
});
