import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { writeLogRecord } from '../../../src/export/otlp/log-record';
import { createScopedBatch, encodeResource } from '../../../src/export/otlp/scoped-batch';
import type { EmittedRecord } from '../../../src/model/log-record';
import { anyValue } from '../../../src/sdk/logs/any-value';
import { decodeLogs } from '../../harness/decode-logs';

const empty: EmittedRecord = {
  scope: { name: 'shop' },
  timeMillis: undefined,
  observedMillis: 1_700_000_000_000.25,
  severityNumber: 0,
  severityText: undefined,
  body: undefined,
  eventName: undefined,
  attributes: [],
  droppedAttributesCount: 0,
  context: undefined,
};

function roundTrip(...records: Partial<EmittedRecord>[]) {
  const batch = createScopedBatch(encodeResource({ 'service.name': 'shop' }), 1e6, writeLogRecord);
  for (const record of records) assert.ok(batch.add({ ...empty, ...record }));
  return decodeLogs(batch.encode());
}

describe('the encoding of log records', () => {
  test('an empty one', () => {
    assert.deepEqual(roundTrip({}), [
      {
        timeUnixNano: 0n,
        observedTimeUnixNano: 1_700_000_000_000_250_000n,
        severityNumber: 0,
        severityText: '',
        body: undefined,
        eventName: '',
        attributes: {},
        droppedAttributesCount: 0,
        traceId: '',
        spanId: '',
        flags: 0,
        scope: { name: 'shop', version: '' },
        resource: { 'service.name': 'shop' },
      },
    ]);
  });

  test('all fields', () => {
    const [record] = roundTrip({
      timeMillis: 1_600_000_000_000.5,
      severityNumber: 24,
      severityText: 'schlimm ☠',
      body: 'grün',
      eventName: 'happened',
      attributes: ['a', 1, 'b', ['x', null]],
      droppedAttributesCount: 300,
      context: { traceId: '0123456789abcdef0123456789abcdef', spanId: 'fedcba9876543210', traceFlags: 0x103 },
      scope: { name: 'shop', version: '1', schemaUrl: 'https://x' },
    });
    const { observedTimeUnixNano: _observed, resource: _resource, ...rest } = record!;
    assert.deepEqual(rest, {
      timeUnixNano: 1_600_000_000_000_500_000n,
      severityNumber: 24,
      severityText: 'schlimm ☠',
      body: 'grün',
      eventName: 'happened',
      attributes: { a: 1, b: ['x', null] },
      droppedAttributesCount: 300,
      traceId: '0123456789abcdef0123456789abcdef',
      spanId: 'fedcba9876543210',
      flags: 3,
      scope: { name: 'shop', version: '1' },
    });
  });

  const bodies: readonly unknown[] = [
    '',
    'x'.repeat(10_000),
    0,
    -1.5,
    2 ** 40,
    true,
    [],
    {},
    [[['deep']]],
    { a: { b: [{ c: null }] }, ['long key '.repeat(30)]: 'v' },
    { __proto__: null, text: '\ud800' },
  ];
  for (const body of bodies) {
    test(`a body: ${JSON.stringify(body).slice(0, 40)}`, () => {
      const [record] = roundTrip({ body: anyValue(body)! });
      const expected = JSON.stringify(body).replace('\\ud800', '\ufffd');
      assert.equal(JSON.stringify(record!.body), expected);
    });
  }

  test('a body of null and a body of bytes', () => {
    assert.equal(roundTrip({ body: null })[0]!.body, null);
    const [record] = roundTrip({ body: new Uint8Array([0, 255]) });
    assert.deepEqual([...(record!.body as Uint8Array)], [0, 255]);
  });

  test('scopes are kept apart', () => {
    const [one, two] = [{ name: 'one' }, { name: 'two' }];
    const records = roundTrip({ scope: one, body: 1 }, { scope: two, body: 2 }, { scope: one, body: 3 });
    assert.deepEqual(
      records.map(({ scope, body }) => [scope.name, body]),
      [
        ['one', 1],
        ['one', 3],
        ['two', 2],
      ],
    );
  });
});
