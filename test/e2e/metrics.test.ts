import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { DecodedMetric } from '../harness/decode-metrics';
import { drawMetrics } from '../harness/draw-metrics';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramRun, runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const fixture = join(__dirname, '../../fixtures/core/metrics');
const sets = versionSets('api').filter(({ version }) => !version.startsWith('1.0'));
const newest = sets.at(-1)!.directory;

interface Result {
  readonly run: ProgramRun;
  readonly metrics: readonly DecodedMetric[];
  readonly posts: readonly string[];
  readonly spanIds: readonly string[];
}

/** Runs a program under the preload with a receiver of its own. */
async function runWith(t: TestContext, program: string, env: Record<string, string> = {}): Promise<Result> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const run = await runProgram([program], {
    preload: true,
    // Their metrics are not the program's.
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_NODE_DISABLED_INSTRUMENTATIONS: '*', ...env },
  });
  await receiver.drained();
  return {
    run,
    metrics: receiver.metrics,
    posts: receiver.requests.map(({ path }) => path),
    spanIds: receiver.spans.map(({ spanId }) => spanId),
  };
}

const app = (module = 'mjs', directory = newest) => join(layProgram(fixture, directory), `app.${module}`);

const golden = `
shop 1.2.3 https://opentelemetry.io/schemas/1.37.0
  shop.orders {order} sum cumulative monotonic "Orders by what was ordered."
    kind=book paid=true 2n exemplars 2n
    kind=toy paid=true 4n exemplars {one}
  shop.orders.active {order} sum cumulative
    0 exemplars {one}
    queue=slow 2
  shop.order.duration s histogram cumulative
    route=/orders count=3 sum=1.3 0.05…0.75 buckets ≤0.1:1 ≤0.5:1 ≤1:1 exemplars 0.05 0.5 0.75
  shop.basket.size By gauge
    shop.id=1 2048
  shop.cpu.time s sum cumulative monotonic
    state=user 1.25
  shop.stock sum cumulative
    -3n`.trim();

/** Which of several measurements becomes the one exemplar is left to chance. */
const oneOfSeveral = /(kind=toy .* exemplars|^ {4}0 exemplars) \S+$/gm;

describe('a program that uses the metrics of @opentelemetry/api', () => {
  for (const { directory } of sets) {
    for (const module of ['cjs', 'mjs']) {
      test(`${basename(directory)} ${module}`, async (t) => {
        const { run, metrics, posts, spanIds } = await runWith(t, app(module, directory));
        assert.deepEqual([run.stdout, run.exitCode], ['done\n', 0]);
        assert.deepEqual([...posts].sort(), ['/v1/metrics', '/v1/traces']);
        assert.equal(drawMetrics(metrics).replace(oneOfSeveral, '$1 {one}'), golden);
        for (const { points } of metrics) {
          for (const { exemplars } of points) {
            for (const { spanId } of exemplars) assert.ok(spanIds.includes(spanId!), `no span ${spanId}`);
          }
        }
        assert.equal(metrics[0]!.resource['telemetry.sdk.language'], 'nodejs');
        assert.deepEqual(run.stderr.trim().split('\n'), [
          'otel-instrument: instrument shop.orders: expected a number that is not negative; such measurements are left out',
          'otel-instrument: instrument "not a name": expected a letter followed by at most 254 letters, digits or _.-/; it records nothing',
        ]);
      });
    }
  }

  test('delta, exponential histograms, no exemplars', async (t) => {
    const { metrics } = await runWith(t, app(), {
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
      OTEL_METRICS_EXEMPLAR_FILTER: 'always_off',
    });
    const drawn = drawMetrics(metrics);
    assert.match(drawn, /shop\.orders \{order\} sum delta/);
    assert.match(drawn, /shop\.orders\.active \{order\} sum cumulative/);
    assert.match(drawn, /shop\.cpu\.time s sum delta/);
    assert.match(drawn, /route=\/orders count=3 sum=1\.3 0\.05…0\.75 scale=5 \+-139:1 \+-33:1 \+-14:1$/m);
    assert.doesNotMatch(drawn, /exemplars/);
  });

  test('without an exporter nothing is sent and nothing said', async (t) => {
    const { run, posts } = await runWith(t, app(), { OTEL_METRICS_EXPORTER: 'none' });
    assert.deepEqual([run.stdout, run.stderr, posts], ['done\n', '', ['/v1/traces']]);
  });

  test('on an endpoint of its own', async (t) => {
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.stop());
    const { posts } = await runWith(t, app(), {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'tenant=shop',
    });
    assert.deepEqual(posts, ['/v1/traces']);
    await receiver.drained();
    assert.equal(receiver.metrics.length, 6);
    assert.equal(receiver.requests[0]!.headers.tenant, 'shop');
  });

  test('at an interval: every collection is sent, the last when the process ends', async (t) => {
    const program = join(layProgram(fixture, newest), 'interval.mjs');
    const { run, metrics } = await runWith(t, program, { OTEL_METRIC_EXPORT_INTERVAL: '50' });
    assert.equal(run.stderr, '');
    const ticks = metrics.filter(({ name }) => name === 'ticks');
    assert.ok(ticks.length >= 3, `${ticks.length} collections`);
    const values = ticks.map(({ points }) => points[0]!.value as number);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => a - b),
    );
    assert.equal(`${values.at(-1)}\n`, run.stdout);
    assert.equal(new Set(ticks.map(({ points }) => points[0]!.startTimeUnixNano)).size, 1);
  });

  test('several exporters at once; the console prints a table', async (t) => {
    const { run, metrics } = await runWith(t, app(), {
      OTEL_METRICS_EXPORTER: 'console,otlp',
      OTEL_TRACES_EXPORTER: 'none',
    });
    assert.equal(metrics.length, 6);
    assert.equal(
      run.stdout,
      `
done
shop 1.2.3
  shop.orders          4 order                      kind=toy paid=true
                       2 order                      kind=book paid=true
  shop.orders.active   0 order
                       2 order                      queue=slow
  shop.order.duration  3 × 433 ms (50 ms … 750 ms)  route=/orders
  shop.basket.size     2 KiB                        shop.id=1
  shop.cpu.time        1.25 s                       state=user
  shop.stock           -3
`.trimStart(),
    );
  });
});

test('a program that measures nothing sends nothing', async (t) => {
  const { run, posts } = await runWith(t, join(layProgram(fixture, newest), 'silent.mjs'));
  assert.deepEqual([run.stdout, run.stderr, posts], ['done\n', '', []]);
});

describe('the last measurements arrive however the process ends', () => {
  const endings = { exit: 3, throw: 1, reject: 1, signal: 'SIGTERM' };
  for (const [ending, expected] of Object.entries(endings)) {
    test(ending, async (t) => {
      const program = join(layProgram(fixture, newest), 'ending.mjs');
      const { run, metrics } = await runWith(t, program, { ENDING: ending, OTEL_LOGS_EXPORTER: 'none' });
      assert.equal(run.exitCode ?? run.signal, expected);
      assert.equal(drawMetrics(metrics), 'shop\n  shop.orders sum cumulative monotonic\n    1');
    });
  }
});

test('threads have series of their own', async (t) => {
  const { run, metrics } = await runWith(t, join(layProgram(fixture, newest), 'workers.mjs'));
  assert.equal(run.stderr, '');
  const points = metrics.flatMap(({ points }) => points.map(({ attributes, value }) => [attributes, value]));
  assert.deepEqual(points.map((point) => JSON.stringify(point)).sort(), [
    '[{"thread.id":1},10]',
    '[{"thread.id":2},10]',
    '[{},1]',
  ]);
});

test('a meter provider of the program takes the place of ours', async (t) => {
  const { run, posts } = await runWith(t, join(layProgram(fixture, newest), 'own-sdk.mjs'));
  assert.deepEqual([run.stdout, posts], ['counted 2\n', []]);
  assert.match(run.stderr, /^otel-instrument: .*SDK of its own for metrics.*\n$/);
});

test('the SDK reports on itself when it is asked to', async (t) => {
  const { run, metrics } = await runWith(t, join(layProgram(fixture, newest), 'spans.mjs'), {
    OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_METRICS_EXEMPLAR_FILTER: 'always_off',
  });
  assert.deepEqual([run.stdout, run.stderr], ['done\n', '']);
  // Each metric as it was before the end, when the open span was not exported yet.
  const before = new Map(
    metrics.flatMap((metric) => (isLast(metric, metrics) ? [] : [[metric.name, metric] as const])),
  );
  const drawn = drawMetrics([...before.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    .replace(/server\.port=\d+/g, 'server.port={port}')
    .replace(/count=\d+ sum=\S+ \S+ buckets .*/g, '{distribution}');
  const exporter =
    'otel.component.name=otlp_http_span_exporter/0 otel.component.type=otlp_http_span_exporter server.address=127.0.0.1 server.port={port}';
  const processor =
    'otel.component.name=batching_span_processor/0 otel.component.type=batching_span_processor';
  assert.equal(
    drawn.split('\n').slice(1).join('\n'),
    `
  otel.sdk.exporter.operation.duration s histogram cumulative "The duration of exporting a batch of telemetry records."
    ${exporter.replaceAll('span', 'metric')} {distribution}
    ${exporter} {distribution}
  otel.sdk.exporter.span.exported {span} sum cumulative monotonic
    ${exporter} 4n
  otel.sdk.exporter.span.inflight {span} sum cumulative
    ${exporter} 0n
  otel.sdk.processor.span.processed {span} sum cumulative monotonic
    ${processor} 4n
  otel.sdk.processor.span.queue.capacity {span} sum cumulative
    ${processor} 2048n
  otel.sdk.processor.span.queue.size {span} sum cumulative
    ${processor} 0n
  otel.sdk.span.live {span} sum cumulative "The number of created spans with \`recording=true\` for which the end operation has not been called yet."
    otel.span.sampling_result=RECORD_AND_SAMPLE 1n
  otel.sdk.span.started {span} sum cumulative monotonic "The number of created spans."
    otel.span.parent.origin=local otel.span.sampling_result=RECORD_AND_SAMPLE 1n
    otel.span.parent.origin=none otel.span.sampling_result=RECORD_AND_SAMPLE 3n
    otel.span.parent.origin=remote otel.span.sampling_result=DROP 1n
    otel.span.parent.origin=remote otel.span.sampling_result=RECORD_AND_SAMPLE 1n`.slice(1),
  );
});

/** Whether no later collection has the metric. */
function isLast(metric: DecodedMetric, all: readonly DecodedMetric[]): boolean {
  return all.filter(({ name }) => name === metric.name).at(-1) === metric;
}
