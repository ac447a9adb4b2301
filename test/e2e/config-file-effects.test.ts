import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram, startProgram } from '../harness/run-program';
import { freePort } from '../harness/servers/server-process';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-config-effects-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

describe('an empty list means none', () => {
  const source = `
    const http = require('node:http');
    const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1', () =>
      http.get({ port: server.address().port, path: '/a?sig=shown' }, (response) => response.resume().on('end', () => server.close())));`;
  const cases: readonly [general: string, method: unknown, query: string][] = [
    ['{}', 'GET', 'sig=REDACTED'],
    ['{http: {server: {known_methods: []}, client: {known_methods: []}}}', '_OTHER', 'sig=REDACTED'],
    ['{sanitization: {url: {sensitive_query_parameters: []}}}', 'GET', 'sig=shown'],
  ];
  for (const [general, method, query] of cases) {
    test(general, async (t) => {
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const file =
        write(`tracer_provider: {processors: [{batch: {exporter: {otlp_http: {endpoint: "${receiver.url}/v1/traces"}}}}]}
instrumentation/development: {general: ${general}}`);
      const { stderr } = await runProgram(['-e', source], { preload: true, env: { OTEL_CONFIG_FILE: file } });
      assert.equal(stderr, '');
      await receiver.drained();
      const server = receiver.spans.find(({ kind }) => kind === 1)!;
      const client = receiver.spans.find(({ kind }) => kind === 2)!;
      for (const { attributes } of [server, client]) assert.equal(attributes['http.request.method'], method);
      assert.equal(server.attributes['url.query'], query);
      assert.ok(String(client.attributes['url.full']).endsWith(`?${query}`));
    });
  }
});

describe('Prometheus', () => {
  const newer =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5';

  test('names as they are, labels of the resource, and nothing of scope and target', async (t) => {
    const options = `scope_info_enabled: false, target_info_enabled/development: false, resource_constant_labels: {included: ["service.*"], excluded: [service.version]}, translation_strategy: no_translation/development`;
    const { get } = await serve(t, '1.1', options);
    assert.deepEqual(await get(newer), {
      type: 'text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
      lines: [
        '{"shop.orders","order.kind"="a \\"b\\"\\\\\\n","service.name"="shop"} 3',
        '{"shop.stock","service.name"="shop"} -2',
        '{"shop.load","service.name"="shop"} 0.25',
        '{"shop.basket","service.name"="shop"} 2048',
        '{"shop.duration_bucket","service.name"="shop",le="0.1"} 1',
        '{"shop.duration_bucket","service.name"="shop",le="1"} 2',
        '{"shop.duration_bucket","service.name"="shop",le="+Inf"} 2',
        '{"shop.duration_sum","service.name"="shop"} 0.55',
        '{"shop.duration_count","service.name"="shop"} 2',
      ],
    });
    const { type, lines } = await get('*/*');
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(lines[1], 'shop_stock{service_name="shop"} -2');
  });

  test('the names of version 1.0 of the format', async (t) => {
    const options = `without_scope_info: true, without_target_info/development: true, with_resource_constant_labels: {included: [team]}`;
    const { get } = await serve(t, '1.0', options);
    const { type, lines } = await get(newer);
    assert.equal(type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.equal(lines[1], 'shop_stock{team="blue"} -2');
    assert.ok(!lines.some((line) => line.startsWith('target_info')));
  });

  /** Starts a program that measures, and waits until its endpoint listens. */
  async function serve(t: TestContext, version: string, options: string) {
    const directory = layProgram(
      join(__dirname, '../../fixtures/core/metrics'),
      versionSets('api').at(-1)!.directory,
    );
    const port = await freePort();
    const file = write(
      `resource: {attributes_list: "service.name=shop,service.version=1,team=blue"}
meter_provider: {readers: [{pull: {exporter: {prometheus/development: {host: 127.0.0.1, port: ${port}, ${options}}}}}]}
instrumentation/development: {js: {node: {disabled_instrumentations: ["*"]}}}`,
      version,
    );
    const program = startProgram([join(directory, 'serve.mjs')], {
      preload: true,
      env: { OTEL_CONFIG_FILE: file },
    });
    t.after(() => program.child.kill('SIGKILL'));
    await program.waitForStdout(/\w{32} \w{16}/);
    while (!(await listens(port))) await wait(20);
    const get = async (accept: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } });
      const lines = (await response.text()).trim().split('\n');
      return {
        type: response.headers.get('content-type'),
        lines: lines.filter((line) => !line.startsWith('#')),
      };
    };
    return { get };
  }
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

let files = 0;

function write(text: string, version = '1.1'): string {
  const name = join(scratch, `${files++}.yaml`);
  writeFileSync(name, `file_format: "${version}"\n${text}\n`);
  return name;
}
