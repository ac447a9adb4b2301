import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogRecord } from '@opentelemetry/api';
import { toEntries } from '../../../src/model/attribute-list';
import type { AnyValue, EmittedRecord } from '../../../src/model/log-record';
import { rootContext } from '../../../src/sdk/context/context';
import { runWithContext } from '../../../src/sdk/context/context-manager';
import { createLoggerProvider } from '../../../src/sdk/logs/logger-provider';
import { spanKey } from '../../../src/sdk/trace/context-keys';

const noLimit = Number.POSITIVE_INFINITY;

function emit(record: LogRecord, limits = { attributeCount: 128, attributeValueLength: noLimit }) {
  const records: EmittedRecord[] = [];
  const provider = createLoggerProvider({ limits, sink: (emitted) => records.push(emitted) });
  provider.getLogger('shop', '1.0').emit(record);
  assert.equal(records.length, 1);
  return {
    ...records[0]!,
    attributes: Object.fromEntries(toEntries<AnyValue>(records[0]!.attributes)),
  };
}

describe('a logger', () => {
  test('of the same name, version and schema is one', () => {
    const provider = createLoggerProvider({
      limits: { attributeCount: 1, attributeValueLength: 1 },
      sink() {},
    });
    assert.equal(provider.getLogger('a', '1'), provider.getLogger('a', '1'));
    assert.notEqual(provider.getLogger('a', '1'), provider.getLogger('a', '2'));
    assert.notEqual(provider.getLogger('a', '1'), provider.getLogger('a', '1', { schemaUrl: 'https://x' }));
    assert.equal(provider.getLogger('a').enabled(), true);
  });

  test('hands on all fields', () => {
    const record = emit({
      timestamp: [1_700_000_000, 500_000_000],
      observedTimestamp: new Date(1_700_000_001_000),
      severityNumber: 24,
      severityText: 'worst',
      body: { a: [1] },
      eventName: 'happened',
      attributes: { b: { c: 1 }, d: null, e: undefined, '': 1 },
    });
    assert.deepEqual(record.scope, { name: 'shop', version: '1.0', schemaUrl: undefined });
    assert.equal(record.timeMillis, 1_700_000_000_500);
    assert.equal(record.observedMillis, 1_700_000_001_000);
    assert.equal(record.severityNumber, 24);
    assert.equal(record.severityText, 'worst');
    assert.equal(JSON.stringify(record.body), '{"a":[1]}');
    assert.equal(record.eventName, 'happened');
    assert.equal(JSON.stringify(record.attributes), '{"b":{"c":1},"d":null}');
    assert.equal(record.context, undefined);
  });

  test('sets the observed time alone', () => {
    const before = Date.now();
    const record = emit({ body: 'x' });
    assert.equal(record.timeMillis, undefined);
    assert.ok(record.observedMillis >= before - 1 && record.observedMillis <= Date.now() + 1);
  });

  test('takes the last severity and refuses the next', () => {
    assert.equal(emit({ severityNumber: 1 }).severityNumber, 1);
    assert.equal(emit({ severityNumber: 25 as never }).severityNumber, 0);
    assert.equal(emit({ severityNumber: -1 as never }).severityNumber, 0);
    assert.equal(emit({ severityNumber: 1.5 as never }).severityNumber, 0);
  });

  test('takes the span of the given context, else of the active one', () => {
    const context = (digit: string) =>
      rootContext.setValue(spanKey, {
        spanContext: () => ({ traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 1 }),
      });
    runWithContext(
      context('a'),
      () => {
        assert.equal(emit({ body: 'x' }).context?.spanId, 'a'.repeat(16));
        assert.equal(emit({ body: 'x', context: context('b') }).context?.spanId, 'b'.repeat(16));
        assert.equal(emit({ body: 'x', context: context('0') }).context, undefined);
      },
      undefined,
      [],
    );
  });

  test('keeps to the limits', () => {
    const attributes = { a: 'abcd', b: ['abcd'], c: 1 };
    const record = emit({ attributes, body: 'abcd' }, { attributeCount: 2, attributeValueLength: 3 });
    assert.deepEqual(record.attributes, { a: 'abc', b: ['abc'] });
    assert.equal(record.droppedAttributesCount, 1);
    assert.equal(record.body, 'abcd');
    assert.equal(
      emit({ attributes }, { attributeCount: 3, attributeValueLength: noLimit }).droppedAttributesCount,
      0,
    );
  });

  test('reads exceptions of any kind, and what the caller set wins', () => {
    const error = Object.assign(new TypeError('wrong'), { stack: 'stack' });
    assert.deepEqual(emit({ exception: error }).attributes, {
      'exception.type': 'TypeError',
      'exception.message': 'wrong',
      'exception.stacktrace': 'stack',
    });
    assert.deepEqual(emit({ exception: error, attributes: { 'exception.message': 'mine' } }).attributes, {
      'exception.type': 'TypeError',
      'exception.message': 'mine',
      'exception.stacktrace': 'stack',
    });
    assert.deepEqual(emit({ exception: 'text' }).attributes, { 'exception.message': 'text' });
    assert.deepEqual(emit({ exception: { name: 'Own' } }).attributes, { 'exception.type': 'Own' });
    assert.deepEqual(emit({ exception: {} }).attributes, {});
    assert.deepEqual(emit({ exception: null }).attributes, {});
  });

  test('never throws', () => {
    const provider = createLoggerProvider({
      limits: { attributeCount: 1, attributeValueLength: 1 },
      sink() {
        throw new Error('no');
      },
    });
    provider.getLogger('a').emit({ body: 'x' });
    provider.getLogger('a').emit(undefined as never);
  });
});
