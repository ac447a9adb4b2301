import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DecodedSpan } from '../harness/decode';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { startCollector } from '../harness/servers/collector';
import { serverFor } from '../harness/servers/server';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

/** One span as the Collector wrote it (OTLP/JSON: ids in hex, 64-bit integers as strings). */
interface JsonSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  flags?: number;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: JsonAttribute[];
  events?: { name: string; timeUnixNano: string; attributes?: JsonAttribute[] }[];
  status?: { code?: number; message?: string };
}
interface JsonAttribute {
  key: string;
  value: Record<string, unknown>;
}
interface JsonRequest {
  resourceSpans: {
    resource: { attributes: JsonAttribute[] };
    scopeSpans: { scope: { name: string; version?: string }; spans: JsonSpan[] }[];
  }[];
}

const fixture = join(__dirname, '../../fixtures/core/api');

for (const compression of ['none', 'gzip']) {
  test(`the real Collector reads what our own receiver reads, compression ${compression}`, async (t) => {
    const collector = await serverFor(t, startCollector);
    if (collector === undefined) return;
    const program = join(layProgram(fixture, versionSets('api').at(-1)!.directory), 'app.cjs');
    const settings = {
      OTEL_RESOURCE_ATTRIBUTES: 'team=grün',
      OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      // The program brings metrics of its own.
      OTEL_METRICS_EXPORTER: 'none',
    };
    const run = (endpoint: string) =>
      runProgram([program], {
        preload: true,
        env: { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
      });

    const startedAt = BigInt(Date.now()) * 1_000_000n;
    const sent = await run(collector.address);
    const endedAt = BigInt(Date.now()) * 1_000_000n;
    assert.equal(sent.stderr, '');
    const received = (await collector.readReceived())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonRequest);
    const fromCollector = received.flatMap(spansOf);

    const receiver = await startOtlpReceiver();
    t.after(() => receiver.stop());
    await run(receiver.url);
    await receiver.drained();

    assert.equal(fromCollector.length, 5);
    assert.deepEqual(fromCollector.map(comparable).sort(byName), receiver.spans.map(comparable).sort(byName));
    for (const span of fromCollector) {
      const parent = fromCollector.find(({ spanId }) => spanId === span.parentSpanId);
      const twin = receiver.spans.find(({ name, kind }) => name === span.name && kind === span.kind)!;
      const twinsParent = receiver.spans.find(({ spanId }) => spanId === twin.parentSpanId);
      assert.equal(parent?.name, twinsParent?.name, `parent of ${span.name}`);
      assert.equal(parent?.kind, twinsParent?.kind, `parent of ${span.name}`);
      // Milliseconds of the wall clock are cut off at their end.
      assert.ok(span.startTimeUnixNano >= startedAt, span.name);
      assert.ok(span.endTimeUnixNano >= span.startTimeUnixNano, span.name);
      assert.ok(span.endTimeUnixNano <= endedAt + 1_000_000n, span.name);
    }
    assert.equal(new Set(fromCollector.map(({ traceId }) => traceId)).size, 1);
    assert.equal(fromCollector[0]!.resource.team, 'grün');
  });
}

type Comparable = Omit<
  DecodedSpan,
  'droppedAttributesCount' | 'droppedEventsCount' | 'droppedLinksCount' | 'links'
>;

function spansOf({ resourceSpans }: JsonRequest): Comparable[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        traceState: span.traceState ?? '',
        flags: span.flags ?? 0,
        name: span.name,
        kind: span.kind - 1,
        startTimeUnixNano: BigInt(span.startTimeUnixNano),
        endTimeUnixNano: BigInt(span.endTimeUnixNano),
        attributes: attributesOf(span.attributes),
        events: (span.events ?? []).map((event) => ({
          name: event.name,
          timeUnixNano: BigInt(event.timeUnixNano),
          attributes: attributesOf(event.attributes),
        })),
        status: { code: span.status?.code ?? 0, message: span.status?.message || undefined },
        scope: { name: scope.name, version: scope.version, schemaUrl: undefined },
        resource: attributesOf(resource.attributes),
      })),
    ),
  );
}

function attributesOf(pairs: readonly JsonAttribute[] = []): DecodedSpan['attributes'] {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, plainValue(value)]),
  ) as DecodedSpan['attributes'];
}

function plainValue(value: JsonAttribute['value']): unknown {
  if ('intValue' in value) return Number(value.intValue);
  if ('arrayValue' in value) return (value.arrayValue as { values: (typeof value)[] }).values.map(plainValue);
  return Object.values(value)[0];
}

/** What is the same in two runs of a program: all but ids, times, ports and process. */
function comparable(span: Comparable) {
  const { name, kind, traceState, flags, status, scope, events } = span;
  return {
    name,
    kind,
    traceState,
    flags,
    status,
    scope,
    hasParent: span.parentSpanId !== undefined,
    attributes: masked(span.attributes),
    events: events.map((event) => ({ name: event.name, attributes: masked(event.attributes) })),
    resource: masked(span.resource),
  };
}

const differing = /(^|\.)(port|pid|full|id|original)$/;

function masked(attributes: DecodedSpan['attributes']) {
  const pairs = Object.entries(attributes).map(([key, value]) => [
    key,
    differing.test(key) && key !== 'order.id' ? typeof value : value,
  ]);
  return Object.fromEntries(pairs) as Record<string, unknown>;
}

const byName = (a: { name: string; kind: number }, b: { name: string; kind: number }) =>
  `${a.name} ${a.kind}`.localeCompare(`${b.name} ${b.kind}`);
