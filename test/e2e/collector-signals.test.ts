import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram } from '../harness/run-program';
import { startCollector } from '../harness/servers/collector';
import { serverFor } from '../harness/servers/server';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

/** What the Collector writes (OTLP/JSON: ids in hex, 64-bit integers as strings), as far as it is read here. */
interface JsonRequest {
  readonly resourceSpans?: readonly {
    readonly resource: JsonResource;
    readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly resource: JsonResource;
    readonly scopeLogs: readonly { readonly logRecords: readonly JsonRecord[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly resource: JsonResource;
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}
interface JsonResource {
  readonly attributes: readonly JsonAttribute[];
}
interface JsonAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly kind: number;
}
interface JsonRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly attributes?: readonly JsonAttribute[];
  readonly traceId: string;
  readonly spanId: string;
  readonly flags?: number;
}

test('the real Collector receives spans, metrics and log records of one program, joined', async (t) => {
  const collector = await serverFor(t, startCollector);
  if (collector === undefined) return;
  const { directory } = versionSets('pino').at(-1)!;
  const program = join(layProgram(join(__dirname, '../../fixtures/pino'), directory), 'app.cjs');
  const startedAt = BigInt(Date.now()) * 1_000_000n;
  const { stderr, exitCode } = await runProgram([program], {
    preload: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.address, OTEL_NODE_EXIT_TIMEOUT: '10000' },
  });
  const endedAt = BigInt(Date.now() + 1) * 1_000_000n;
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);

  const requests = (await collector.readReceived())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonRequest);
  const spans = requests.flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  const records = requests.flatMap(({ resourceLogs = [] }) =>
    resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((scope) => scope.logRecords)),
  );
  const metrics = requests.flatMap(({ resourceMetrics = [] }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)),
  );

  assert.equal(spans.length, 4);
  assert.equal(records.length, 12);
  for (const { traceId, spanId, flags } of records.filter((record) => record.traceId)) {
    const span = spans.find((candidate) => candidate.spanId === spanId);
    assert.equal(span?.traceId, traceId);
    assert.equal(span?.kind, 2);
    assert.ok((flags ?? 0) & 1);
  }
  assert.equal(records.filter((record) => record.traceId).length, 10);
  for (const { timeUnixNano, observedTimeUnixNano } of records) {
    assert.ok(BigInt(timeUnixNano) >= startedAt && BigInt(timeUnixNano) <= endedAt);
    assert.ok(BigInt(observedTimeUnixNano) >= BigInt(timeUnixNano));
  }
  const error = records.find(({ severityNumber }) => severityNumber === 17)!;
  assert.equal(error.severityText, 'error');
  assert.deepEqual(error.body, { stringValue: 'cannot look up' });
  assert.deepEqual(Object.fromEntries(error.attributes!.map(({ key, value }) => [key, value.stringValue])), {
    name: 'shop',
    region: 'eu',
    url: error.attributes!.find(({ key }) => key === 'url')!.value.stringValue,
    'exception.type': 'TypeError',
    'exception.message': 'wrong',
    'exception.stacktrace': 'TypeError: wrong\n    at the desk',
  });

  const names = new Set(metrics.map(({ name }) => name));
  for (const name of ['http.server.request.duration', 'http.client.request.duration'])
    assert.ok(names.has(name), `${name} is not among ${[...names].join()}`);

  const resources = requests
    .flatMap(({ resourceSpans = [], resourceLogs = [], resourceMetrics = [] }) => [
      ...resourceSpans,
      ...resourceLogs,
      ...resourceMetrics,
    ])
    .map(({ resource }) => JSON.stringify(resource));
  assert.equal(new Set(resources).size, 1, 'all signals have the same resource');
});
