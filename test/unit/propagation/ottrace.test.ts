import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ottrace } from '../../../src/sdk/propagation/ottrace';
import { read, readBaggage, write } from './carry';

const low = '64fe8b2a57d3eff7';
const traceId = `80f198ee56343ba8${low}`;
const spanId = 'e457b5a2e4d86bd1';
const ids = { 'ot-tracer-traceid': low, 'ot-tracer-spanid': spanId };
const padded = `${'0'.repeat(16)}${low}-${spanId}`;

describe('ottrace reads', () => {
  const cases: [carrier: object, expected: string | undefined][] = [
    [{ ...ids, 'ot-tracer-sampled': 'true' }, `${padded}-1`],
    [{ ...ids, 'ot-tracer-sampled': '1' }, `${padded}-1`],
    [{ ...ids, 'ot-tracer-sampled': 'True' }, `${padded}-1`],
    [{ ...ids, 'ot-tracer-sampled': 'false' }, `${padded}-0`],
    [{ ...ids, 'ot-tracer-sampled': 'x' }, `${padded}-0`],
    [ids, `${padded}-0`],
    [{ ...ids, 'ot-tracer-traceid': traceId, 'ot-tracer-sampled': 'true' }, `${traceId}-${spanId}-1`],
    [{ ...ids, 'ot-tracer-traceid': '1' }, `${'0'.repeat(31)}1-${spanId}-0`],
    [{ ...ids, 'ot-tracer-traceid': '0' }, undefined],
    [{ ...ids, 'ot-tracer-traceid': 'xyz' }, undefined],
    [{ ...ids, 'ot-tracer-spanid': '' }, undefined],
    [{ 'ot-tracer-traceid': low }, undefined],
    [{ 'ot-tracer-sampled': 'true' }, undefined],
  ];
  for (const [carrier, expected] of cases)
    test(JSON.stringify(carrier), () => assert.equal(read(ottrace, carrier), expected));

  test('baggage, with a span context only', () => {
    assert.deepEqual(readBaggage(ottrace, { ...ids, 'ot-baggage-user': 'ada' }), { user: 'ada' });
    assert.deepEqual(readBaggage(ottrace, { 'ot-baggage-user': 'ada' }), {});
  });
});

test('ottrace writes the lower half of the trace id, and values that a header can hold', () => {
  assert.deepEqual(
    write(ottrace, { traceId, spanId, baggage: { user: 'ada b', city: 'Köln', line: 'a\nb' } }),
    {
      ...ids,
      'ot-tracer-sampled': 'true',
      'ot-baggage-user': 'ada b',
    },
  );
  assert.deepEqual(write(ottrace, { traceId, spanId, flags: 2 }), { ...ids, 'ot-tracer-sampled': 'false' });
  assert.deepEqual(write(ottrace, { traceId: '', spanId }), {});
});
