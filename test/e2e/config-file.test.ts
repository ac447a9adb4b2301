// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { Unavailable } from '../harness/servers/server';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const fixtures = join(__dirname, '../../fixtures');
/** A server that asks itself once: a client span and a server span. */
const program = join(fixtures, 'core/endings.cjs');
const tracesFile = join(fixtures, 'config/traces.yaml');
const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-config-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

describe('a configuration file', () => {
  for (const version of [process.versions.node, '18.19.0', '26.10.0']) {
    test(`says where spans go, and whose they are, on Node.js ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (node instanceof Unavailable) return t.skip(node.message);
      const { receiver, env } = await collector(t);
      const runs = await withAndWithout([program, 'natural'], { node }, { env: { ...env, TOKEN: 'secret' } });
      assertSameRun(runs);
      await receiver.drained();
      assert.equal(receiver.spans.length, 2);
      const { resource } = receiver.spans[0]!;
      assert.equal(resource['service.name'], 'shop');
      assert.equal(resource['shop.floors'], 3);
      assert.deepEqual(resource['shop.aisles'], ['a', 'b']);
      assert.equal(resource.team, 'blue');
      assert.equal(resource['host.name'], undefined, 'no detector is asked for');
      const { headers, path } = receiver.requests[0]!;
      assert.equal(path, '/v1/traces');
      assert.equal(headers.authorization, 'Bearer secret');
      assert.equal(headers['content-encoding'], 'gzip');
    });
  }

  test('the official file to start with works as it is', async (t) => {
    const receiver = await receiverFor(t);
    const env = {
      OTEL_CONFIG_FILE: join(fixtures, 'config/official/otel-getting-started.yaml'),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'started',
      OTEL_RESOURCE_ATTRIBUTES: 'team=red',
    };
    // The receiver takes traces; what it says of other signals is not looked at here.
    const { stderr, exitCode } = await runProgram([program, 'natural'], { preload: true, env });
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    await receiver.drained();
    assert.equal(receiver.spans.length, 2);
    const { resource } = receiver.spans[0]!;
    assert.equal(resource['service.name'], 'started');
    assert.equal(resource.team, 'red');
    assert.match(String(resource['service.instance.id']), /^[0-9a-f-]{36}$/);
    assert.equal(typeof resource['host.name'], 'string');
    assert.equal(typeof resource['process.pid'], 'number');
  });

  const changes: readonly { readonly what: string; readonly text: string; readonly spans: number }[] = [
    { what: 'the sampler', text: 'sampler: {always_off: }', spans: 0 },
    {
      what: 'a ratio of 0',
      text: 'sampler: {parent_based: {root: {trace_id_ratio_based: {ratio: 0}}}}',
      spans: 0,
    },
    {
      what: 'a rule on the kind of spans',
      text: 'sampler: {composite/development: {rule_based: {rules: [{span_kinds: [client], sampler: {always_on: }}]}}}',
      spans: 1,
    },
  ];
  for (const { what, text, spans } of changes) {
    test(`sets ${what}`, async (t) => {
      const { receiver, env } = await collector(t, `${readFileSync(tracesFile, 'utf8')}\n  ${text}\n`);
      assertSameRun(await withAndWithout([program, 'natural'], {}, { env }));
      await receiver.drained();
      assert.equal(receiver.spans.length, spans);
    });
  }

  test('sets processors side by side', async (t) => {
    const text =
      'tracer_provider:\n  processors:\n    - simple: {exporter: {otlp_http: {endpoint: "${COLLECTOR}/v1/traces"}}}\n    - batch: {exporter: {console: }}';
    const { receiver, env } = await collector(t, `file_format: "1.0"\n${text}\n`);
    const { plain, traced } = await withAndWithout([program, 'natural'], {}, { env });
    assert.equal(traced.stderr, '');
    assert.match(traced.stdout.replace(plain.stdout, ''), /GET[^\n]*client[\s\S]*GET[^\n]*server/i);
    await receiver.drained();
    assert.equal(receiver.spans.length, 2);
    // Without a propagator the two are strangers.
    assert.equal(new Set(receiver.spans.map(({ traceId }) => traceId)).size, 2);
  });

  test('sets metric readers, views, and what detectors may say', async (t) => {
    const text = `file_format: "1.1"
resource:
  detection/development:
    attributes: {excluded: [process.command*, process.runtime.*]}
    detectors: [{process: }]
meter_provider:
  readers:
    - periodic:
        exporter: {otlp_http: {endpoint: "\${COLLECTOR}/v1/metrics", temporality_preference: delta}}
        cardinality_limits: {default: 100, histogram: 50}
  views:
    - selector: {instrument_name: http.server.request.duration, instrument_type: histogram}
      stream:
        name: shop.requests
        attribute_keys: {included: [http.request.method]}
        aggregation: {explicit_bucket_histogram: {boundaries: [1, 2]}}
    - selector: {instrument_name: http.client.*}
      stream: {aggregation: {drop: }}
`;
    const { receiver, env } = await collector(t, text);
    assertSameRun(await withAndWithout([program, 'natural'], {}, { env }));
    await receiver.drained();
    assert.equal(receiver.spans.length, 0);
    const names = receiver.metrics.map(({ name }) => name);
    assert.ok(names.includes('shop.requests'), names.join());
    assert.ok(
      !names.some((name) => name.startsWith('http.client.') || name === 'http.server.request.duration'),
    );
    const metric = receiver.metrics.find(({ name }) => name === 'shop.requests')!;
    assert.equal(metric.temporality, 'delta');
    const [point] = metric.points;
    assert.deepEqual(point!.attributes, { 'http.request.method': 'GET' });
    assert.deepEqual(point!.explicitBounds, [1, 2]);
    const keys = Object.keys(metric.resource);
    assert.ok(keys.includes('process.pid'));
    assert.deepEqual(
      keys.filter((key) => /^process\.(command|runtime)/.test(key)),
      [],
    );
  });

  test('sets files of OTLP in JSON, one a processor', async (t) => {
    const spans = join(scratch, 'spans.jsonl');
    const text = `file_format: "1.1"
tracer_provider: {processors: [{simple: {exporter: {otlp_file/development: {output_stream: "file://${spans}"}}}}]}
`;
    const { env } = await collector(t, text);
    assertSameRun(await withAndWithout([program, 'natural'], {}, { env }));
    const lines = readFileSync(spans, 'utf8').trim().split('\n');
    const found = lines.flatMap((line) => JSON.parse(line).resourceSpans[0].scopeSpans[0].spans);
    assert.equal(found.length, 2);
  });

  test('switches instrumentations off', async (t) => {
    const text = `${readFileSync(tracesFile, 'utf8')}\ninstrumentation/development: {js: {http: {enabled: false}}}\n`;
    const { receiver, env } = await collector(t, text);
    assertSameRun(await withAndWithout([program, 'natural'], {}, { env }));
    await receiver.drained();
    assert.equal(receiver.spans.length, 0);
  });

  test('switches everything off', async (t) => {
    const text = `${readFileSync(tracesFile, 'utf8').replace(/propagator:[\s\S]*(?=tracer_provider)/, '')}\ndisabled: true\n`;
    const { receiver, env } = await collector(t, text);
    assertSameRun(await withAndWithout([program, 'natural'], {}, { env }));
    await receiver.drained();
    assert.equal(receiver.requests.length, 0);
  });

  test('leaves variables without effect, and says so in one line', async (t) => {
    const { receiver, env } = await collector(t);
    const ignored = {
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_SERVICE_NAME: 'other',
      OTEL_SDK_DISABLED: 'true',
    };
    const runs = await withAndWithout([program, 'natural'], {}, { env: { ...env, ...ignored } });
    assertSameRun(runs, 1);
    assert.equal(
      runs.traced.stderr,
      `otel-instrument: OTEL_SDK_DISABLED, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER: not used, since OTEL_CONFIG_FILE names ${tracesFile}, which does not refer to them\n`,
    );
    await receiver.drained();
    assert.equal(receiver.spans.length, 2);
    assert.equal(receiver.spans[0]!.resource['service.name'], 'shop');
  });

  test('may be named by a flag of the launcher', async (t) => {
    const { receiver, env } = await collector(t);
    const { OTEL_CONFIG_FILE: file, ...rest } = env;
    const launcher = join(__dirname, '../../bin/otel-instrument');
    const args = ['--config_file', file, '--', process.execPath, program, 'natural'];
    const { stderr, exitCode } = await runProgram(args, { node: launcher, env: rest });
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    await receiver.drained();
    assert.equal(receiver.spans.length, 2);
  });
});

test('a ratio as the sampler of children gives one line', async (t) => {
  const text = `${readFileSync(tracesFile, 'utf8')}
  sampler:
    parent_based:
      root: {always_on: }
      remote_parent_sampled: {trace_id_ratio_based: {ratio: 1}}
`;
  const { receiver, env } = await collector(t, text);
  const { stderr } = await runProgram([program, 'natural'], { preload: true, env });
  await receiver.drained();
  assert.match(
    stderr,
    /^otel-instrument: the sampler traceidratio decides about spans with parents, [^\n]*\n$/,
  );
});

describe('a configuration file that is not valid', () => {
  const source = `
    const ours = (symbol) => /otel|opentelemetry/i.test(String(symbol)) && String(symbol) !== 'Symbol(otel-instrument.started)';
    console.log(
      Object.getOwnPropertySymbols(globalThis).filter(ours).length,
      require('node:diagnostics_channel').hasSubscribers('http.server.request.start'),
      Object.getOwnPropertyDescriptor(require('node:module').prototype, '_compile').get,
      process.eventNames().length,
    );`;
  const cases: readonly {
    readonly what: string;
    readonly text: string;
    readonly lines: readonly string[];
  }[] = [
    {
      what: 'what the schema does not allow',
      text: 'file_format: "1.1"\ntracer_provider:\n  processors:\n    - batch:\n        exporter:\n          otlp_http:\n            endpont: x\n  sampler: {trace_id_ratio_based: {ratio: 7}}\n',
      lines: [
        ':7: tracer_provider.processors[0].batch.exporter.otlp_http.endpont: unknown key; did you mean "endpoint"?',
        ':8: tracer_provider.sampler.trace_id_ratio_based.ratio: expected a number of at most 1, got 7',
      ],
    },
    { what: 'no YAML', text: 'file_format: "1.1"\na: [1', lines: [':2: '] },
    {
      what: 'a reference that is none',
      text: 'file_format: "1.1"\nlog_level: ${A?b}',
      lines: [':2: expected ${NAME}, ${env:NAME} or ${NAME:-default}, got "${A?b}"'],
    },
    {
      what: 'an old version',
      text: 'file_format: "0.4"',
      lines: [':1: file_format: expected "1.1", got "0.4"'],
    },
  ];
  for (const { what, text, lines } of cases) {
    test(`${what}: the errors, and the program runs uninstrumented`, async () => {
      const file = join(scratch, 'invalid.yaml');
      writeFileSync(file, text);
      const runs = await withAndWithout(['-e', source], {}, { env: { OTEL_CONFIG_FILE: file } });
      assertSameRun(runs, lines.length + 1);
      const said = runs.traced.stderr.trim().split('\n');
      assert.equal(said.length, lines.length + 1);
      for (const [index, line] of lines.entries())
        assert.ok(said[index]!.startsWith(`otel-instrument: ${file}${line}`), said[index]);
      assert.equal(
        said.at(-1),
        `otel-instrument: ${file}: not a valid configuration file; the program runs uninstrumented`,
      );
    });
  }

  test('or is not there', async () => {
    const runs = await withAndWithout(['-e', source], {}, { env: { OTEL_CONFIG_FILE: '/nowhere.yaml' } });
    assertSameRun(runs, 2);
    assert.match(runs.traced.stderr, /^otel-instrument: \/nowhere\.yaml: cannot be read \(ENOENT\)\n/);
  });
});

async function receiverFor(t: TestContext): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  t.after(async () => {
    receiver.errors.length = 0;
    await receiver.stop();
  });
  return receiver;
}

/** A receiver, and the environment of a program whose file sends spans to it. */
async function collector(t: TestContext, text?: string) {
  const receiver = await receiverFor(t);
  const file = text === undefined ? tracesFile : join(scratch, 'file.yaml');
  if (text !== undefined) writeFileSync(file, text);
  return { receiver, env: { OTEL_CONFIG_FILE: file, COLLECTOR: receiver.url } };
}
