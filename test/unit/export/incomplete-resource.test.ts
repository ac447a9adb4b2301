import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import { createExporter, type Exporter } from '../../../src/export/exporter';
import { encodeResource } from '../../../src/export/otlp/scoped-batch';
import { createTraceBatch } from '../../../src/export/otlp/trace-batch';
import type { EndedSpan } from '../../../src/model/ended-span';
import { awaitResource } from '../../../src/model/resource';
import { decodeTraces } from '../../harness/decode';

const scope = { name: 'test' };
const span = (name: string): EndedSpan => ({
  scope,
  name,
  kind: 0,
  context: { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 },
  parent: undefined,
  startMillis: 1,
  endMillis: 2,
  attributes: [],
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: 0 },
});

/** An exporter with a resource that gets its region later; `sent` and `sentSync` are `<region> <names of spans>` a request. */
function setUp() {
  const resource: Attributes = { 'service.name': 'shop' };
  const complete = awaitResource();
  const sent: string[] = [];
  const sentSync: string[] = [];
  const told = (body: Uint8Array) => {
    const spans = decodeTraces(Buffer.from(body));
    return [spans[0]!.resource['cloud.region'], ...spans.map(({ name }) => name)].join(' ');
  };
  const encoded = encodeResource(resource);
  const exporter: Exporter<EndedSpan> = createExporter({
    items: 'spans',
    endpoint: 'http://collector/v1/traces',
    transport: {
      send(body, _timeout, done) {
        sent.push(told(body));
        done({ kind: 'success' });
        return { hasLeft: () => true };
      },
      sendSync(body) {
        sentSync.push(told(body));
        return { kind: 'success' };
      },
      shutdown() {},
    },
    createBatch: () => createTraceBatch(encoded, 1e6),
    scheduleDelayMillis: 60_000,
    exportTimeoutMillis: 1000,
    maxQueueSize: 5,
    maxExportBatchSize: 2,
    maxBatchBytes: 1e6,
    maxQueueBytes: 1e6,
  });
  const add = (...names: string[]) => {
    for (const name of names) exporter.add(span(name));
  };
  return { exporter, add, sent, sentSync, resource, complete };
}

test('batches wait for the resource, and keep their bounds', () => {
  const { add, sent, resource, complete } = setUp();
  add('a', 'b', 'c', 'd', 'e', 'too many');
  assert.deepEqual(sent, []);
  resource['cloud.region'] = 'eu-west-1';
  complete();
  assert.deepEqual(sent, ['eu-west-1 a b', 'eu-west-1 c d', 'eu-west-1 e']);
  add('f', 'g');
  assert.deepEqual(sent.slice(3), ['eu-west-1 f g']);
});

test('nothing leaves when the resource is complete and nobody has asked for it', () => {
  const { add, sent, complete } = setUp();
  add('a');
  complete();
  assert.deepEqual(sent, []);
});

test('the end of the process does not wait', () => {
  const { exporter, add, sent, sentSync, complete } = setUp();
  add('a', 'b', 'c');
  exporter.flushSync(1000);
  assert.deepEqual(sentSync, [' a b', ' c']);
  complete();
  assert.deepEqual(sent, []);
});
