import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

/** Spans, metrics, events and other log records of the scopes `shop` and `noisy.cache`. */
const program = join(
  layProgram(join(__dirname, '../../fixtures/config/scopes'), versionSets('api').at(-1)!.directory),
  'app.mjs',
);
const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-config-scopes-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const to = (signal: string) => `{otlp_http: {endpoint: "\${COLLECTOR}/v1/${signal}"}}`;
const tracer = (more = '') =>
  `tracer_provider:\n  processors: [{batch: {exporter: ${to('traces')}}}]\n${more}`;
const logger = (more = '') => `logger_provider:\n  processors: [{batch: {exporter: ${to('logs')}}}]\n${more}`;
/** Without those of the process itself, which come later or not at all. */
const meter = (more = '', reader = '') =>
  `meter_provider:\n  readers: [{periodic: {exporter: ${to('metrics')}${reader}}}]\n${more}
instrumentation/development: {js: {node: {disabled_instrumentations: ["*"]}}}`;

describe('what single scopes do', () => {
  for (const version of [process.versions.node, '18.19.0', '26.10.0']) {
    test(`a tracer that is off is as if it were not there, on Node.js ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      const configurator =
        '  tracer_configurator/development: {tracers: [{name: noisy.*, config: {enabled: false}}]}';
      const { spans } = await run(t, tracer(configurator), node);
      assert.deepEqual(spans.map(({ name }) => name).sort(), ['order', 'price']);
      const [order, price] = ['order', 'price'].map((wanted) => spans.find(({ name }) => name === wanted)!);
      assert.equal(price!.parentSpanId, order!.spanId);
      assert.equal(price!.traceId, order!.traceId);
    });
  }

  test('all tracers off but one, also where the sampler looks at spans', async (t) => {
    const configurator = `  tracer_configurator/development: {default_config: {enabled: false}, tracers: [{name: "nois?.cache", config: {}}]}
  sampler: {rules: {rules: ["name=x -> off"]}}`;
    const { spans } = await run(t, tracer(configurator));
    assert.deepEqual(
      spans.map(({ name, parentSpanId }) => [name, parentSpanId]),
      [['look up', undefined]],
    );
  });

  test('a meter', async (t) => {
    const configurator =
      '  meter_configurator/development: {meters: [{name: noisy.cache, config: {enabled: false}}]}';
    const { metrics } = await run(t, meter(configurator));
    assert.deepEqual(metrics.map(({ name }) => name).sort(), ['shop.items', 'shop.size']);
  });

  test('a logger', async (t) => {
    const configurator =
      '  logger_configurator/development: {loggers: [{name: "*cache", config: {enabled: false}}]}';
    const { records, stdout } = await run(t, logger(configurator));
    assert.equal(stdout, 'not told\n');
    assert.deepEqual([...new Set(records.map(({ scope }) => scope.name))], ['shop']);
    assert.equal(records.length, 3);
  });

  test('loggers by severity, the first pattern that matches', async (t) => {
    const configurator = `  logger_configurator/development:
    default_config: {minimum_severity: info}
    loggers:
      - {name: noisy.cache, config: {minimum_severity: debug}}
      - {name: noisy.*, config: {enabled: false}}`;
    const { records, stdout } = await run(t, logger(configurator));
    assert.equal(stdout, 'told\n');
    assert.deepEqual(
      records.map(({ scope, severityNumber }) => [scope.name, severityNumber]),
      [
        ['shop', 9],
        ['shop', 0],
        ['noisy.cache', 9],
        ['noisy.cache', 5],
        ['noisy.cache', 0],
      ],
    );
  });

  for (const [sampler, count] of [
    ['always_off', 3],
    ['always_on', 6],
  ] as const)
    test(`loggers by the trace, ${sampler}`, async (t) => {
      const configurator =
        '  logger_configurator/development: {loggers: [{name: shop, config: {trace_based: true}}]}\n';
      const { records } = await run(t, `${logger(configurator)}${tracer(`  sampler: {${sampler}: }`)}`);
      assert.equal(records.length, count);
      assert.equal(records.filter(({ scope }) => scope.name === 'noisy.cache').length, 3);
    });
});

describe('events', () => {
  const bridge = 'event_to_span_event_bridge/development: ';
  const expected = {
    name: 'order.placed',
    timeUnixNano: 1_700_000_000_000_000_000n,
    attributes: { step: 1, tags: ['a', 'b'], detail: '{"deep":[true]}' },
  };

  test('become events of their spans, too', async (t) => {
    const processors = `logger_provider: {processors: [{${bridge}}, {batch: {exporter: ${to('logs')}}}]}\n`;
    const { spans, records } = await run(t, `${processors}${tracer()}`);
    const events = spans.flatMap((span) => span.events.map(({ name }) => [span.name, name]));
    assert.deepEqual(events.sort(), [
      ['look up', 'cache.missed'],
      ['order', 'order.placed'],
    ]);
    assert.deepEqual({ ...spans.find(({ name }) => name === 'order')!.events[0] }, expected);
    assert.equal(records.length, 6);
  });

  test('and nothing else where log records go nowhere', async (t) => {
    const { spans, requests } = await run(t, `logger_provider: {processors: [{${bridge}}]}\n${tracer()}`);
    assert.equal(spans.flatMap(({ events }) => events).length, 2);
    assert.ok(requests.every(({ path }) => path === '/v1/traces'));
  });

  test('stay what they are without the bridge', async (t) => {
    const { spans } = await run(t, `${logger()}${tracer()}`);
    assert.equal(spans.length, 3);
    assert.equal(spans.flatMap(({ events }) => events).length, 0);
  });
});

test('metrics leave in requests of so many points', async (t) => {
  const { metrics, requests } = await run(t, meter('', ', max_export_batch_size/development: 2'));
  const sizes = requests.map((request) =>
    request.metrics.reduce((sum, { points }) => sum + points.length, 0),
  );
  assert.deepEqual(sizes, [2, 1, 2, 1]);
  assert.equal(metrics.length, 4);
});

test('doubles are doubles, and the resource has its schema', async () => {
  const [traces, metrics, logs] = ['traces', 'metrics', 'logs'].map((name) => join(scratch, `${name}.jsonl`));
  const exporter = (file: string) => `{exporter: {otlp_file/development: {output_stream: "file://${file}"}}}`;
  const attributes = [
    ['whole', 'double', 5],
    ['part', 'double', 0.5],
    ['list', 'double_array', [1, 2.5]],
    ['count', 'int', 5],
    ['untyped', '', 5],
    ['text', 'string', 5],
  ].map(
    ([name, type, value]) => `{name: ${name}, value: ${JSON.stringify(value)}${type && `, type: ${type}`}}`,
  );
  const file = write(`resource: {schema_url: "https://example.org/1", attributes: [${attributes}]}
tracer_provider: {processors: [{simple: ${exporter(traces!)}}]}
meter_provider: {readers: [{periodic: ${exporter(metrics!)}}]}
logger_provider: {processors: [{simple: ${exporter(logs!)}}]}
`);
  const { stderr } = await runProgram([program], { preload: true, env: { OTEL_CONFIG_FILE: file } });
  assert.equal(stderr, '');
  for (const [name, path] of [
    ['resourceSpans', traces],
    ['resourceMetrics', metrics],
    ['resourceLogs', logs],
  ] as const) {
    const [first] = JSON.parse(readFileSync(path!, 'utf8').split('\n')[0]!)[name];
    assert.equal(first.schemaUrl, 'https://example.org/1', name);
    const values = Object.fromEntries(
      first.resource.attributes.map(({ key, value }: { key: string; value: unknown }) => [key, value]),
    );
    assert.deepEqual(
      {
        whole: values.whole,
        part: values.part,
        list: values.list,
        count: values.count,
        untyped: values.untyped,
        text: values.text,
      },
      {
        whole: { doubleValue: 5 },
        part: { doubleValue: 0.5 },
        list: { arrayValue: { values: [{ doubleValue: 1 }, { doubleValue: 2.5 }] } },
        count: { intValue: '5' },
        untyped: { intValue: '5' },
        text: { stringValue: '5' },
      },
    );
  }
});

/** Runs the program with a file that sends to a receiver; nothing is complained of. */
async function run(t: TestContext, text: string, node?: string) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const env = { OTEL_CONFIG_FILE: write(text), COLLECTOR: receiver.url };
  const { stdout, stderr, exitCode } = await runProgram([program], { node, preload: true, env });
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
  await receiver.drained();
  const { spans, records, metrics, requests } = receiver;
  return { stdout, spans, records, metrics, requests };
}

let files = 0;

function write(text: string): string {
  const name = join(scratch, `${files++}.yaml`);
  writeFileSync(name, `file_format: "1.1"\n${text}\n`);
  return name;
}
