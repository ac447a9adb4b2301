import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttributeValue } from '@opentelemetry/api';
import fc from 'fast-check';
import { encodeResource } from '../../../src/export/otlp/scoped-batch';
import { createTraceBatch } from '../../../src/export/otlp/trace-batch';
import type { EndedSpan } from '../../../src/model/ended-span';
import { setEntityRefs } from '../../../src/model/resource';
import { newIdentity } from '../../../src/sdk/trace/ids';
import { type DecodedSpan, decodeTraces, loadProto } from '../../harness/decode';

const scope = { name: 'scope', version: '1.0.0' };
const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const other = { traceId: 'f'.repeat(32), spanId: '0000000000000001', traceFlags: 3, isRemote: true };

function ended(span: Partial<EndedSpan> = {}): EndedSpan {
  return {
    scope,
    name: 'name',
    kind: 0,
    context,
    parent: undefined,
    startMillis: 1_700_000_000_000,
    endMillis: 1_700_000_000_001,
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0 },
    ...span,
  };
}

function decoded(...spans: Partial<EndedSpan>[]): DecodedSpan[] {
  const batch = createTraceBatch(encodeResource({ 'service.name': 'test' }), 1e6);
  for (const span of spans) assert.ok(batch.add(ended(span)));
  return decodeTraces(batch.encode());
}

const attribute = (value: unknown) =>
  decoded({ attributes: ['key', value as AttributeValue] })[0]!.attributes.key;

describe('a span', () => {
  test('with every field', () => {
    const traceState = { serialize: () => 'vendor=a,other=b' } as never;
    const [span] = decoded({
      name: 'GET /users/:id',
      kind: 2,
      context: { ...context, traceFlags: 3, traceState },
      parent: other,
      startMillis: 1_700_000_000_000.25,
      endMillis: 1_700_000_000_002.5,
      attributes: ['a', 'text', 'b', [1, 2]],
      droppedAttributesCount: 3,
      events: [
        { name: 'event', timeMillis: 1_700_000_000_001, attributes: { x: true }, droppedAttributesCount: 4 },
        { name: '', timeMillis: 1, attributes: {}, droppedAttributesCount: 0 },
      ],
      droppedEventsCount: 5,
      links: [{ context: other, attributes: { y: 1.5 }, droppedAttributesCount: 6 }],
      droppedLinksCount: 7,
      status: { code: 2, message: 'failed' },
    });
    assert.deepEqual(span, {
      traceId: context.traceId,
      spanId: context.spanId,
      parentSpanId: other.spanId,
      name: 'GET /users/:id',
      kind: 2,
      startTimeUnixNano: 1_700_000_000_000_250_000n,
      endTimeUnixNano: 1_700_000_000_002_500_000n,
      attributes: { a: 'text', b: [1, 2] },
      events: [
        { name: 'event', timeUnixNano: 1_700_000_000_001_000_000n, attributes: { x: true } },
        { name: '', timeUnixNano: 1_000_000n, attributes: {} },
      ],
      links: [
        { context: { traceId: other.traceId, spanId: other.spanId, traceFlags: 3 }, attributes: { y: 1.5 } },
      ],
      status: { code: 2, message: 'failed' },
      traceState: 'vendor=a,other=b',
      flags: 3 | 0x100 | 0x200,
      droppedAttributesCount: 3,
      droppedEventsCount: 5,
      droppedLinksCount: 7,
      scope: { name: 'scope', version: '1.0.0', schemaUrl: undefined },
      resource: { 'service.name': 'test' },
    });
  });

  test('with none', () => {
    const [span] = decoded({ name: '' });
    assert.equal(span!.name, '');
    assert.equal(span!.parentSpanId, undefined);
    assert.equal(span!.flags, 1 | 0x100);
    assert.equal(span!.traceState, '');
    assert.deepEqual(span!.status, { code: 0, message: undefined });
  });

  for (const kind of [0, 1, 2, 3, 4])
    test(`of kind ${kind}`, () => assert.equal(decoded({ kind })[0]!.kind, kind));

  test('whose parent is local', () =>
    assert.equal(decoded({ parent: { ...other, isRemote: false } })[0]!.flags, 1 | 0x100));
  test('whose status is ok', () =>
    assert.deepEqual(decoded({ status: { code: 1 } })[0]!.status, { code: 1, message: undefined }));
  test('whose trace state fails', () => {
    const traceState = { serialize: () => assert.fail('hostile') } as never;
    assert.equal(decoded({ context: { ...context, traceState } }, {})[0]!.traceState, '');
  });
  test('ids that are none hold nothing of earlier requests', () => {
    decoded({ name: 'secret'.repeat(20) });
    const made = { traceId: `ab${'?'.repeat(30)}`, spanId: `cd${'?'.repeat(14)}`, traceFlags: 1 };
    const [span] = decoded({ links: [{ context: made, attributes: {}, droppedAttributesCount: 0 }] });
    const { traceId, spanId } = span!.links[0]!.context;
    assert.deepEqual([traceId, spanId], [`ab${'0'.repeat(30)}`, `cd${'0'.repeat(14)}`]);
  });
  test('any ids, in either case and as parts of a longer text', () => {
    const ids = fc
      .uint8Array({ minLength: 24, maxLength: 24 })
      .map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(ids, fc.boolean(), (hex, isUpper) => {
        const given = isUpper ? hex.toUpperCase() : hex;
        const [span] = decoded({
          context: { ...context, traceId: given.slice(0, 32), spanId: given.slice(32) },
        });
        return span!.traceId + span!.spanId === hex;
      }),
    );
  });
  test('ids that were made here, of the span, its parent and a link', () => {
    for (let i = 0; i < 200; i++) {
      const parent = newIdentity();
      const own = newIdentity(parent);
      const links = [{ context: newIdentity(), attributes: {}, droppedAttributesCount: 0 }];
      const [span] = decoded({ context: own, parent, links });
      assert.equal(span!.traceId, parent.traceId);
      assert.deepEqual([span!.spanId, span!.parentSpanId], [own.spanId, parent.spanId]);
      const { traceId, spanId } = links[0]!.context;
      assert.deepEqual([span!.links[0]!.context.traceId, span!.links[0]!.context.spanId], [traceId, spanId]);
    }
  });
});

describe('attribute values', () => {
  const exact: readonly unknown[] = [
    '',
    'text',
    'ümlaut',
    '漢字',
    '🙂',
    '🙂'.repeat(100),
    'a'.repeat(39),
    'a'.repeat(40),
    'a'.repeat(127),
    'a'.repeat(128),
    'ü'.repeat(16_384),
    '\0',
    '\n',
    0,
    1,
    -1,
    127,
    128,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 31),
    -(2 ** 32) - 1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    0.5,
    -0.1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    2 ** 53,
    -(2 ** 60),
    true,
    false,
    [],
    [''],
    ['a', 'b'],
    [1, -1, 1.5],
    [true, false],
    [null],
    ['a', null, 'b'],
  ];
  for (const value of exact) {
    const title = JSON.stringify(value)!.slice(0, 40);
    test(`${title} ${typeof value}`, () => assert.deepEqual(attribute(value), value));
  }

  for (const text of [
    '\ud800',
    '\udc00',
    'a\ud800b',
    `${'x'.repeat(45)}\udfff`,
    `${'x'.repeat(200)}\ud800`,
    '\udc00\ud800',
  ]) {
    test(`halves of surrogate pairs: ${JSON.stringify(text).slice(-20)}`, () => {
      const wellFormed = text.replace(/[\ud800-\udfff]/g, '\ufffd');
      const [span] = decoded({ name: text, attributes: [`k${text}`, [text]] });
      assert.deepEqual([span!.name, span!.attributes], [wellFormed, { [`k${wellFormed}`]: [wellFormed] }]);
    });
  }

  test('that were in earlier spans, in any order', () => {
    const keys = ['a', 'b', 'c', 'd'];
    const value = fc.constantFrom<AttributeValue>('', '1', 'true', 0, 1, 1.5, true, false, 'text');
    const attributes = fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), value), {
      selector: ([key]) => key,
    });
    fc.assert(
      fc.property(fc.array(attributes, { maxLength: 12 }), (lists) => {
        const spans = decoded(...lists.map((list) => ({ attributes: list.flat() })));
        assert.deepEqual(
          spans.map((span) => span.attributes),
          lists.map((list) => Object.fromEntries(list)),
        );
      }),
    );
  });

  test('any text and number', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(text, (value) => attribute(value) === value),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => Object.is(attribute(value), value + 0)),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.double(), (value) => attribute(value) === value || Number.isNaN(value)),
      { numRuns: 300 },
    );
  });
});

describe('times', () => {
  /** The nanoseconds of a double, in integers alone: what it holds is a multiple of 2^-20 ms from the year 1970 on. */
  const exactNanos = (millis: number) => {
    const whole = Math.floor(millis);
    return BigInt(whole) * 1_000_000n + (BigInt((millis - whole) * 2 ** 40) * 1_000_000n) / 2n ** 40n;
  };
  const timesOf = (millis: number) =>
    decoded({ startMillis: millis, endMillis: millis })[0]!.startTimeUnixNano;

  for (const millis of [
    1,
    1.5,
    1024,
    2 ** 20 - 1,
    2 ** 20,
    2 ** 32,
    2 ** 40,
    1e12,
    1_700_000_000_123.456,
    18_446_744_073_709.5,
  ]) {
    test(String(millis), () => assert.equal(timesOf(millis), exactNanos(millis)));
  }
  test('many random ones', () => {
    for (let i = 0; i < 5000; i++) {
      const millis = Math.round((1 + Math.random() * 1.8e13) * 4096) / 4096;
      const batch = createTraceBatch({ bytes: new Uint8Array() }, 1e6);
      batch.add(ended({ startMillis: millis, endMillis: millis }));
      const bytes = Buffer.from(batch.encode());
      const needle = Buffer.alloc(18);
      needle[0] = (7 << 3) | 1;
      needle.writeBigUInt64LE(exactNanos(millis), 1);
      needle[9] = (8 << 3) | 1;
      needle.writeBigUInt64LE(exactNanos(millis), 10);
      assert.ok(bytes.includes(needle), String(millis));
    }
  });
});

describe('a batch', () => {
  const resource = encodeResource({ 'service.name': 'test', list: ['a', 'b'], n: 1 });

  test('spans of several scopes stand with theirs', () => {
    const batch = createTraceBatch(resource, 1e6);
    const scopes = [{ name: 'a' }, { name: 'b', version: '2', schemaUrl: 'https://example.com/schema' }];
    for (let i = 0; i < 6; i++) batch.add(ended({ name: String(i), scope: scopes[i % 2]! }));
    assert.equal(batch.count, 6);
    const spans = decodeTraces(batch.encode());
    assert.deepEqual(
      spans.map(({ name, scope }) => `${scope.name} ${scope.version} ${scope.schemaUrl} ${name}`),
      [
        ...['0', '2', '4'].map((n) => `a undefined undefined ${n}`),
        ...['1', '3', '5'].map((n) => `b 2 https://example.com/schema ${n}`),
      ],
    );
    assert.deepEqual(spans[0]!.resource, { 'service.name': 'test', list: ['a', 'b'], n: 1 });
  });

  test('the entities of the resource, read by the official .proto files', () => {
    const attributes = { 'host.id': '1', 'host.name': 'a', 'service.name': 'test' };
    setEntityRefs(attributes, [
      {
        type: 'host',
        idKeys: ['host.id'],
        descriptionKeys: ['host.name'],
        schemaUrl: 'https://example.com/1',
      },
      { type: 'service', idKeys: ['service.name'], descriptionKeys: [] },
    ]);
    const batch = createTraceBatch(encodeResource(attributes), 1e6);
    batch.add(ended());
    const request = 'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest';
    const body: any = loadProto('trace_service.proto').lookupType(request).decode(batch.encode()).toJSON();
    assert.deepEqual(body.resourceSpans[0].resource.entityRefs, [
      {
        schemaUrl: 'https://example.com/1',
        type: 'host',
        idKeys: ['host.id'],
        descriptionKeys: ['host.name'],
      },
      { type: 'service', idKeys: ['service.name'] },
    ]);
  });

  test('a span that cannot be written costs itself alone', () => {
    const batch = createTraceBatch(resource, 1e6);
    const event = { name: undefined as never, timeMillis: 1, attributes: {}, droppedAttributesCount: 0 };
    assert.equal(batch.add(ended({ name: 'before' })), true);
    assert.equal(batch.add(ended({ name: 'broken', events: [event] })), false);
    assert.equal(batch.add(ended({ name: 'after' })), true);
    assert.deepEqual(
      decodeTraces(batch.encode()).map(({ name }) => name),
      ['before', 'after'],
    );
  });

  test('refuses what would make it too large, and stays whole', () => {
    const maxBytes = 2000;
    const batch = createTraceBatch(resource, maxBytes);
    const added: string[] = [];
    for (let i = 0; i < 100; i++) {
      const name = `${i}`.padEnd((i * 37) % 300, '.');
      const countBefore = batch.count;
      if (batch.add(ended({ name, scope: i % 3 ? scope : { name: `scope ${i}` } }))) added.push(name);
      else assert.equal(batch.count, countBefore);
    }
    assert.ok(added.length > 5 && added.length < 40, String(added.length));
    const body = batch.encode();
    assert.ok(body.length <= maxBytes, String(body.length));
    assert.ok(Math.abs(batch.byteLength - body.length) < 200);
    assert.deepEqual(
      decodeTraces(body)
        .map(({ name }) => name)
        .sort(),
      added.sort(),
    );
  });

  test('takes a span that just fits, and not one byte more', () => {
    const size = (maxBytes: number, length: number) =>
      createTraceBatch({ bytes: new Uint8Array() }, maxBytes).add(ended({ name: 'x'.repeat(length) }));
    const limit = Array.from({ length: 1000 }, (_, length) => length).find((length) => !size(600, length))!;
    assert.ok(limit > 400);
    assert.equal(size(600, limit - 1), true);
    assert.equal(size(601, limit), true);
  });
});
