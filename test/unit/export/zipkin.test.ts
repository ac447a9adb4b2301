import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { encodeResource } from '../../../src/export/otlp/scoped-batch';
import { createTraceBatch } from '../../../src/export/otlp/trace-batch';
import { type ZipkinSpan, zipkinSpans } from '../../../src/export/zipkin/zipkin-spans';
import type { EndedSpan } from '../../../src/model/ended-span';

const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const plain: EndedSpan = {
  scope: { name: 'scope', version: '1.2.3', schemaUrl: undefined },
  name: 'GET /',
  kind: SpanKind.INTERNAL,
  context,
  parent: undefined,
  startMillis: 1_700_000_000_000.5,
  endMillis: 1_700_000_000_002,
  attributes: [],
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: SpanStatusCode.UNSET },
};

function converted(changes: Partial<EndedSpan>, attributes: Record<string, any> = {}): ZipkinSpan {
  const resource = encodeResource({ 'service.name': 'shop', 'service.namespace': 'eu' });
  const batch = createTraceBatch(resource, 1_000_000);
  batch.add({
    ...plain,
    attributes: Object.entries(attributes).flat(),
    ...changes,
  });
  return zipkinSpans(batch.encode())[0]!;
}

const scopeTags = {
  'otel.scope.name': 'scope',
  'otel.scope.version': '1.2.3',
  'otel.library.name': 'scope',
  'otel.library.version': '1.2.3',
};

test('a span with nothing in it', () => {
  assert.deepEqual(converted({}), {
    traceId: context.traceId,
    id: context.spanId,
    name: 'GET /',
    timestamp: 1_700_000_000_000_500,
    duration: 1500,
    localEndpoint: { serviceName: 'shop' },
    tags: { 'service.namespace': 'eu', ...scopeTags },
  });
});

test('a span with everything', () => {
  const span = converted(
    {
      kind: SpanKind.SERVER,
      parent: { ...context, spanId: '00f067aa0ba902b7' },
      status: { code: SpanStatusCode.ERROR, message: 'out of stock' },
      events: [
        { name: 'seen', timeMillis: 1_700_000_000_001, attributes: {}, droppedAttributesCount: 0 },
        {
          name: 'a "b"',
          timeMillis: 1_700_000_000_001.5,
          attributes: { key1: 'value1', n: 2, list: [true] },
          droppedAttributesCount: 0,
        },
      ],
      droppedAttributesCount: 1,
      droppedEventsCount: 2,
      droppedLinksCount: 3,
    },
    { text: 'x', yes: true, n: 1.5, big: 2 ** 60, list: ['a', 'b'], 'server.address': 'not a client' },
  );
  assert.equal(span.kind, 'SERVER');
  assert.equal(span.parentId, '00f067aa0ba902b7');
  assert.equal(span.remoteEndpoint, undefined);
  assert.deepEqual(span.annotations, [
    { timestamp: 1_700_000_000_001_000, value: 'seen' },
    { timestamp: 1_700_000_000_001_500, value: '"a \\"b\\"": {"key1":"value1","n":2,"list":[true]}' },
  ]);
  assert.deepEqual(span.tags, {
    'service.namespace': 'eu',
    text: 'x',
    yes: 'true',
    n: '1.5',
    big: '1152921504606847000',
    list: '["a","b"]',
    'server.address': 'not a client',
    ...scopeTags,
    'otel.status_code': 'ERROR',
    error: 'out of stock',
    'otel.dropped_attributes_count': '1',
    'otel.dropped_events_count': '2',
    'otel.dropped_links_count': '3',
  });
});

describe('status and the tag error', () => {
  const tags = (changes: Partial<EndedSpan>, attributes = {}) => {
    const { error, 'otel.status_code': code } = converted(changes, attributes).tags!;
    return [code, error];
  };
  test('unset', () => assert.deepEqual(tags({}), [undefined, undefined]));
  test('OK', () => assert.deepEqual(tags({ status: { code: SpanStatusCode.OK } }), ['OK', undefined]));
  test('ERROR without a description', () =>
    assert.deepEqual(tags({ status: { code: SpanStatusCode.ERROR } }), ['ERROR', '']));
  test('a false error of the program', () =>
    assert.deepEqual(tags({}, { error: false }), [undefined, undefined]));
  test('an error of the program', () => assert.deepEqual(tags({}, { error: 'late' }), [undefined, 'late']));
});

test('kinds', () => {
  const kinds = [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER];
  assert.deepEqual(
    kinds.map((kind) => converted({ kind }).kind),
    [undefined, 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'],
  );
});

describe('the remote endpoint of clients and producers', () => {
  const cases: readonly [attributes: Record<string, string | number>, endpoint: object | undefined][] = [
    [{}, undefined],
    [{ 'server.address': 'db', 'peer.service': 'orders' }, { serviceName: 'orders' }],
    [{ 'db.name': 'shop', 'server.address': 'db' }, { serviceName: 'db' }],
    [
      { 'network.peer.address': '10.0.0.1', 'network.peer.port': 5432 },
      { ipv4: '10.0.0.1', port: 5432 },
    ],
    [{ 'network.peer.address': 'fd00::1' }, { ipv6: 'fd00::1' }],
    [{ 'network.peer.address': '/tmp/s', 'network.peer.port': 1 }, { serviceName: '/tmp/s' }],
    [{ 'db.name': 'shop' }, { serviceName: 'shop' }],
  ];
  for (const [attributes, endpoint] of cases) {
    test(JSON.stringify(attributes), () => {
      for (const kind of [SpanKind.CLIENT, SpanKind.PRODUCER])
        assert.deepEqual(converted({ kind }, attributes).remoteEndpoint, endpoint);
    });
  }
});

test('a duration below a microsecond is one: 0 means unknown there', () =>
  assert.equal(converted({ endMillis: plain.startMillis }).duration, 1));
