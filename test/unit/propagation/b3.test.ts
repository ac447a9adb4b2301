import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { b3, b3multi } from '../../../src/sdk/propagation/b3';
import { extract, inject, read, write } from './carry';

// The examples of https://github.com/openzipkin/b3-propagation.
const traceId = '80f198ee56343ba864fe8b2a57d3eff7';
const spanId = 'e457b5a2e4d86bd1';
const ids = `${traceId}-${spanId}`;
const padded = `${'0'.repeat(16)}64fe8b2a57d3eff7-${spanId}`;
const multi = { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId };

describe('b3 reads', () => {
  const cases: [carrier: object, expected: string | undefined][] = [
    [{ b3: `${ids}-1-05e3ac9a4f6e3b90` }, `${ids}-1`],
    [{ b3: `${ids}-1` }, `${ids}-1`],
    [{ b3: `${ids}-0` }, `${ids}-0`],
    [{ b3: `${ids}-d` }, `${ids}-1`],
    [{ b3: ids }, `${ids}-0`],
    [{ b3: `64fe8b2a57d3eff7-${spanId}-1` }, `${padded}-1`],
    [{ b3: `${ids.toUpperCase()}-1` }, `${ids}-1`],
    [{ b3: [`${ids}-1`] }, `${ids}-1`],
    // A decision alone, and what is no B3.
    [{ b3: '0' }, undefined],
    [{ b3: 'd' }, undefined],
    [{ b3: '' }, undefined],
    [{ b3: `${ids}-2` }, undefined],
    [{ b3: `${ids}-1-` }, undefined],
    [{ b3: `${ids}-1-05e3ac9a4f6e3b90-x` }, undefined],
    [{ b3: `${'0'.repeat(32)}-${spanId}-1` }, undefined],
    [{ b3: `${traceId}-${'0'.repeat(16)}-1` }, undefined],
    [{ b3: `${traceId.slice(1)}-${spanId}-1` }, undefined],
    [{ b3: `${traceId}-${spanId.slice(1)}-1` }, undefined],
    [{ b3: `g${traceId.slice(1)}-${spanId}-1` }, undefined],
    [{ b3: [`${ids}-1`, `${ids}-1`] }, undefined],
    // Several headers.
    [{ ...multi, 'x-b3-sampled': '1' }, `${ids}-1`],
    [{ ...multi, 'x-b3-sampled': 'true' }, `${ids}-1`],
    [{ ...multi, 'x-b3-sampled': '0' }, `${ids}-0`],
    [multi, `${ids}-0`],
    [{ ...multi, 'x-b3-flags': '1' }, `${ids}-1`],
    [{ ...multi, 'x-b3-flags': '1', 'x-b3-sampled': '0' }, `${ids}-1`],
    [{ 'X-B3-TraceId': traceId, 'X-B3-SpanId': spanId, 'X-B3-Sampled': '1' }, `${ids}-1`],
    [{ 'x-b3-traceid': '64fe8b2a57d3eff7', 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }, `${padded}-1`],
    [{ 'x-b3-traceid': traceId }, undefined],
    [{ 'x-b3-sampled': '1' }, undefined],
    // The one header comes before the others, unless it cannot be used.
    [{ b3: `${ids}-0`, ...multi, 'x-b3-traceid': 'a'.repeat(32), 'x-b3-sampled': '1' }, `${ids}-0`],
    [{ b3: 'x', ...multi, 'x-b3-sampled': '1' }, `${ids}-1`],
  ];
  for (const [carrier, expected] of cases)
    test(JSON.stringify(carrier), () => {
      assert.equal(read(b3, carrier), expected);
      assert.equal(read(b3multi, carrier), expected);
    });
});

describe('b3 writes', () => {
  test('one header', () => {
    assert.deepEqual(write(b3, { traceId, spanId, flags: 1 }), { b3: `${ids}-1` });
    assert.deepEqual(write(b3, { traceId, spanId, flags: 2 }), { b3: `${ids}-0` });
    assert.deepEqual(b3.fields(), ['b3']);
  });
  test('several headers', () => {
    assert.deepEqual(write(b3multi, { traceId, spanId, flags: 3 }), { ...multi, 'x-b3-sampled': '1' });
    assert.deepEqual(write(b3multi, { traceId, spanId, flags: 0 }), { ...multi, 'x-b3-sampled': '0' });
    assert.deepEqual(b3multi.fields(), ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags']);
  });
  test('the debug flag as it came', () => {
    for (const carrier of [{ b3: `${ids}-d` }, { ...multi, 'x-b3-flags': '1' }]) {
      assert.deepEqual(inject(b3, extract(b3, carrier)), { b3: `${ids}-d` });
      assert.deepEqual(inject(b3multi, extract(b3multi, carrier)), { ...multi, 'x-b3-flags': '1' });
    }
  });
  test('nothing without a valid span context', () => {
    assert.deepEqual(write(b3, { traceId: '0'.repeat(32), spanId }), {});
    assert.deepEqual(write(b3multi, { traceId, spanId: '' }), {});
  });
});
