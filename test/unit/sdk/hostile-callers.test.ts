import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Context, Link, Span } from '@opentelemetry/api';
import { toEntries } from '../../../src/model/attribute-list';
import type { EndedSpan } from '../../../src/model/ended-span';
import { createLoggerProvider } from '../../../src/sdk/logs/logger-provider';
import { createMeterProvider } from '../../../src/sdk/metrics/meter-provider';
import { createTracerProvider } from '../../../src/sdk/trace/tracer-provider';
import { defaultLimits } from '../../harness/span-limits';

// "API methods MUST NOT throw unhandled exceptions when used incorrectly by end users" (specification, "Error handling").

const throwing = new Proxy(
  {},
  {
    get() {
      throw new Error('get');
    },
    ownKeys() {
      throw new Error('ownKeys');
    },
  },
);
const getter = {
  before: 1,
  get broken() {
    throw new Error('getter');
  },
};
const wrong: readonly unknown[] = [
  undefined,
  null,
  1,
  1n,
  'text',
  Symbol('symbol'),
  () => {},
  Object.create(null),
  [],
  [Symbol('item')],
  { bigint: 1n, nested: {}, list: [Symbol('item')] },
  new Date(Number.NaN),
  getter,
  throwing,
];

function tracing() {
  const spans: (Pick<EndedSpan, 'name' | 'scope'> & { readonly keys: readonly string[] })[] = [];
  const provider = createTracerProvider({
    limits: defaultLimits,
    sampler: () => true,
    passThrough: false,
    sink({ name, scope, attributes }) {
      spans.push({ name, scope, keys: toEntries(attributes).map(([key]) => key) });
      return false;
    },
  });
  return { provider, tracer: provider.getTracer('test'), spans };
}

/** The complaints are not what is tested. */
function silence(t: TestContext): void {
  const fs = require('node:fs') as typeof import('node:fs');
  t.mock.method(fs, 'writeSync', () => 0);
}

for (const [index, value] of wrong.entries()) {
  const given = value as never;

  test(`scopes, wrong value ${index}`, (t) => {
    silence(t);
    const { provider, spans } = tracing();
    const options = { schemaUrl: given };
    provider.getTracer(given, given, options).startSpan('span').end();
    const { name, version, schemaUrl } = spans[0]!.scope;
    for (const text of [name, version ?? '', schemaUrl ?? '']) assert.equal(typeof text, 'string');
    createMeterProvider({ readers: [], exemplarFilter: 'always_off' }).getMeter(given, given, options);
    createLoggerProvider({ limits: defaultLimits, sink() {} })
      .getLogger(given, given, options)
      .emit(given);
  });

  test(`spans, wrong value ${index}`, (t) => {
    silence(t);
    const { tracer, spans } = tracing();
    tracer.startSpan(given).end();
    tracer.startSpan('attributes', { attributes: given, startTime: given }).end();
    tracer.startSpan('links', { links: given }).end();
    const calls: ((span: Span) => unknown)[] = [
      (span) => span.setAttribute(given, given),
      (span) => span.setAttribute('key', given),
      (span) => span.setAttributes(given),
      (span) => span.addEvent(given),
      (span) => span.addEvent('event', given),
      (span) => span.addEvent('event', {}, given),
      (span) => span.addLinks([{ context: span.spanContext(), attributes: given }]),
      (span) => span.addLinks(given as Link[]),
      (span) => span.setStatus(given),
      (span) => span.updateName(given),
      (span) => span.recordException(given),
      (span) => span.end(given),
    ];
    // A hostile object in place of what has to be read throws without an SDK too.
    const tried = value === throwing ? calls.filter((_, position) => position !== 8) : calls;
    for (const call of tried) {
      const span = tracer.startSpan('span');
      call(span);
      span.end();
    }
    assert.equal(spans.length, 3 + tried.length);
    for (const { name } of spans) assert.equal(typeof name, 'string');
  });

  test(`instruments, wrong value ${index}`, (t) => {
    silence(t);
    const meter = createMeterProvider({ readers: [], exemplarFilter: 'always_off' }).getMeter('test');
    meter.createCounter(given).add(1);
    meter.createCounter('counter', { unit: given, description: given }).add(given, given);
    meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: given } }).record(given);
  });
}

test('no context at all is the active one', () => {
  const { tracer, spans } = tracing();
  const none = null as unknown as Context;
  tracer.startSpan('span', {}, none).end();
  tracer.startActiveSpan('active', {}, none, (span) => span.end());
  assert.deepEqual(
    spans.map(({ name }) => name),
    ['span', 'active'],
  );
});

test('attributes before one that cannot be read are kept', (t) => {
  silence(t);
  const { tracer, spans } = tracing();
  tracer.startSpan('span', { attributes: getter }).end();
  assert.deepEqual(spans[0]!.keys, ['before']);
});
