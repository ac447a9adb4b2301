import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startConnectProxy } from '../harness/connect-proxy';
import { startGrpcReceiver } from '../harness/grpc-receiver';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { assertSameRun } from '../harness/with-and-without';

const program = join(__dirname, '../../fixtures/core/endings.cjs');

const none = { HTTP_PROXY: undefined, HTTPS_PROXY: undefined, NO_PROXY: undefined };

async function run(ending: string, env: Record<string, string | undefined>) {
  const all = { ...none, http_proxy: undefined, https_proxy: undefined, no_proxy: undefined, ...env };
  const settings = { OTEL_METRICS_EXPORTER: 'none', OTEL_NODE_EXIT_TIMEOUT: '3000' };
  const plain = await runProgram([program, ending], { env: all });
  const traced = await runProgram([program, ending], { preload: true, env: { ...settings, ...all } });
  return { plain, traced };
}

async function startProxy(t: TestContext) {
  const proxy = await startConnectProxy();
  t.after(() => proxy.stop());
  return { proxy, url: `http://me:p%40ss@127.0.0.1:${proxy.port}` };
}

describe('spans go through the proxy', () => {
  const variables = ['HTTP_PROXY', 'http_proxy'];
  for (const variable of variables) {
    for (const ending of ['natural', 'natural, later']) {
      test(`http, by ${variable}, ${ending}`, async (t) => {
        const { proxy, url } = await startProxy(t);
        const receiver = await startOtlpReceiver();
        t.after(() => receiver.stop());
        // No such name: only the proxy knows the way.
        const endpoint = `http://collector.invalid:${receiver.port}`;
        const runs = await run(ending, {
          [variable]: url,
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          ...(ending === 'natural' ? {} : { OTEL_BSP_SCHEDULE_DELAY: '10' }),
        });
        assertSameRun(runs);
        assert.equal(receiver.spans.length, 2);
        assert.equal(proxy.asked[0], `POST ${endpoint}/v1/traces (collector.invalid:${receiver.port})`);
        assert.equal(proxy.credentials[0], `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
      });
    }
  }

  for (const ending of ['natural', 'natural, later']) {
    test(`gRPC, ${ending}`, async (t) => {
      const { proxy, url } = await startProxy(t);
      const receiver = await startGrpcReceiver();
      t.after(() => receiver.stop());
      const runs = await run(ending, {
        HTTPS_PROXY: url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://collector.invalid:${receiver.port}`,
        ...(ending === 'natural' ? {} : { OTEL_BSP_SCHEDULE_DELAY: '10' }),
      });
      assertSameRun(runs);
      assert.equal(receiver.spans.length, 2);
      assert.equal(proxy.asked[0], `CONNECT collector.invalid:${receiver.port}`);
    });
  }
});

describe('spans go straight', () => {
  const cases: readonly [title: string, env: Record<string, string>][] = [
    ['to this machine', {}],
    ['where NO_PROXY says so', { NO_PROXY: '127.0.0.1' }],
  ];
  for (const [title, env] of cases) {
    test(title, async (t) => {
      const { proxy, url } = await startProxy(t);
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const runs = await run('natural', {
        HTTP_PROXY: url,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        ...env,
      });
      assertSameRun(runs);
      await receiver.drained();
      assert.equal(receiver.spans.length, 2);
      assert.deepEqual(proxy.asked, []);
    });
  }
});

test('a proxy of a kind that we do not speak is one line', async () => {
  const { plain, traced } = await run('natural', {
    HTTP_PROXY: 'socks5://me:secret@127.0.0.1:1080',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://192.0.2.1:4318',
    OTEL_NODE_EXIT_TIMEOUT: '50',
  });
  assertSameRun({ plain, traced }, 2);
  assert.match(
    traced.stderr,
    /HTTP_PROXY: expected the URL of an http or https proxy, got "socks5:\/\/127\.0\.0\.1:1080"; going without/,
  );
});
