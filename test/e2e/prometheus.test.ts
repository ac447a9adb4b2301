import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type RunningProgram, runProgram, startProgram } from '../harness/run-program';
import { startPrometheus } from '../harness/servers/prometheus';
import { serverFor } from '../harness/servers/server';
import { freePort } from '../harness/servers/server-process';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const directory = layProgram(
  join(__dirname, '../../fixtures/core/metrics'),
  versionSets('api').at(-1)!.directory,
);

const settings = (port: number) => ({
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
  OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
  OTEL_TRACES_EXPORTER: 'console',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_SERVICE_NAME: 'shop',
  // Their metrics are not the program's.
  OTEL_NODE_DISABLED_INSTRUMENTATIONS: '*',
});

/** Starts the program that serves, and waits until the endpoint answers. */
async function serve(t: TestContext): Promise<{ program: RunningProgram; url: string; ids: string[] }> {
  const port = await freePort();
  const program = startProgram([join(directory, 'serve.mjs')], { preload: true, env: settings(port) });
  t.after(() => program.child.kill('SIGKILL'));
  const [, traceId, spanId] = await program.waitForStdout(/(\w{32}) (\w{16})/);
  const url = `http://127.0.0.1:${port}/metrics`;
  while (!(await listens(port))) await wait(20);
  return { program, url, ids: [traceId!, spanId!] };
}

/** Without a scrape, which would take the exemplars. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

test('the endpoint speaks OpenMetrics, with exemplars, and the older text', async (t) => {
  const { url, ids } = await serve(t);
  const openMetrics = await get(url, 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  assert.equal(openMetrics.type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  const exemplar = `# {trace_id="${ids[0]}",span_id="${ids[1]}"}`;
  const scope = 'otel_scope_name="shop",otel_scope_version="1.2.3"';
  assert.equal(
    masked(openMetrics.text),
    `
# TYPE target info
# HELP target Target metadata
target_info
# TYPE shop_orders counter
# HELP shop_orders Orders,\\nby \\"kind\\" \\\\
shop_orders_total{order_kind="a \\"b\\"\\\\\\n",${scope}} 3
# TYPE shop_stock gauge
shop_stock{${scope}} -2
# TYPE shop_load_ratio gauge
# UNIT shop_load_ratio ratio
shop_load_ratio{${scope}} 0.25
# TYPE shop_basket_bytes gauge
# UNIT shop_basket_bytes bytes
shop_basket_bytes{${scope}} 2048
# TYPE shop_duration_seconds histogram
# UNIT shop_duration_seconds seconds
shop_duration_seconds_bucket{${scope},le="0.1"} 1 ${exemplar} 0.05 <time>
shop_duration_seconds_bucket{${scope},le="1.0"} 2 ${exemplar} 0.5 <time>
shop_duration_seconds_bucket{${scope},le="+Inf"} 2
shop_duration_seconds_sum{${scope}} 0.55
shop_duration_seconds_count{${scope}} 2
# EOF
`.trimStart(),
  );

  const text = await get(url, '*/*');
  assert.equal(text.type, 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(text.text, /^# TYPE shop_orders_total counter$/m);
  assert.doesNotMatch(text.text, /# EOF|# UNIT|trace_id/);

  const other = async (path: string, init?: RequestInit) => (await fetch(new URL(path, url), init)).status;
  assert.deepEqual(
    [await other('/'), await other('/metrics', { method: 'POST' }), await other('/metrics?x=1')],
    [404, 405, 200],
  );
});

test('Prometheus itself reads it, exemplars too, and promtool finds nothing wrong', async (t) => {
  const { url, ids, program } = await serve(t);
  const prometheus = await serverFor(t, () => startPrometheus(new URL(url).host));
  if (!prometheus) return;
  const { stdout, stderr } = spawnSync(prometheus.promtool, ['check', 'metrics'], {
    input: (await get(url, '*/*')).text,
    encoding: 'utf8',
  });
  const complaints = `${stdout}${stderr}`.trim().split('\n');
  // Not every instrument of a program has a description.
  assert.deepEqual(
    complaints.filter((line) => !line.endsWith(' no help text')),
    [],
  );

  const query = async (path: string) =>
    ((await (await fetch(`${prometheus.address}/api/v1/${path}`)).json()) as { data: { result?: unknown } })
      .data;
  const value = async (expression: string) => {
    const { result } = (await query(`query?query=${encodeURIComponent(expression)}`)) as {
      result: { value: [number, string] }[];
    };
    return result.map((each) => each.value[1]);
  };
  // A target is first scraped some seconds after the start.
  while ((await value('shop_orders_total'))[0] === undefined) await wait(100);
  assert.deepEqual(await value('shop_orders_total'), ['3']);
  assert.deepEqual(await value('shop_duration_seconds_count'), ['2']);
  assert.deepEqual(await value('histogram_quantile(1, shop_duration_seconds_bucket)'), ['1']);
  assert.deepEqual(await value('count(target_info{service_name="shop"})'), ['1']);

  program.child.kill('SIGUSR2');
  const exemplars = async () =>
    (await query(
      `query_exemplars?query=shop_duration_seconds_bucket&start=${Date.now() / 1000 - 60}&end=${Date.now() / 1000 + 60}`,
    )) as unknown as { exemplars: { labels: Record<string, string> }[] }[];
  let found = await exemplars();
  while (found.length === 0) {
    await wait(100);
    found = await exemplars();
  }
  assert.equal(found[0]!.exemplars[0]!.labels.trace_id, ids[0]);
});

test('a port that is in use costs one line', async (t) => {
  const port = await freePort();
  const blocker = createServer().listen(port, '127.0.0.1');
  t.after(() => blocker.close());
  const { stdout, stderr, exitCode } = await runProgram([join(directory, 'interval.mjs')], {
    preload: true,
    env: settings(port),
  });
  assert.deepEqual([stdout, exitCode], ['40\n', 0]);
  assert.equal(
    stderr,
    `otel-instrument: metrics are not served to Prometheus at 127.0.0.1:${port}: the port is in use\n`,
  );
});

test('the endpoint does not keep a program alive', async () => {
  const { stdout, stderr, exitCode, timedOut } = await runProgram([join(directory, 'interval.mjs')], {
    preload: true,
    env: settings(await freePort()),
    timeoutMillis: 20_000,
  });
  assert.deepEqual([stdout, stderr, exitCode, timedOut], ['40\n', '', 0, false]);
});

async function get(url: string, accept: string): Promise<{ type: string | null; text: string }> {
  const response = await fetch(url, { headers: { accept } });
  return { type: response.headers.get('content-type'), text: await response.text() };
}

function masked(text: string): string {
  return text
    .replace(/^target_info.*service_name="shop".*$/m, 'target_info')
    .replace(/ \d{10}\.\d{3}$/gm, ' <time>');
}
