import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Fault, startChaosCollector } from '../harness/chaos-collector';
import { startLoad } from '../harness/paced-load';
import { startProgram } from '../harness/run-program';
import { freePort } from '../harness/servers/server-process';

const program = join(__dirname, '../../fixtures/core/serve.cjs');
const requestsPerSecond = 500;
/** Nothing finds it full before the breaker opens. */
const maxQueueSize = 100_000;
/** When the breaker opens, room is made for a batch at the most, and nothing is turned away until it is filled again: with this, for 0.1 s. */
const batchSize = 50;
/** What a busy machine may add. */
const schedulingMillis = 1000;

describe('a collector that accepts and never answers is taken for gone', () => {
  for (const [timeout, fromMillis, toMillis] of [
    [undefined, 9500, 10_000],
    ['2000', 7500, 10_000],
    ['500', 5500, 11_500],
  ] as const) {
    test(`with OTEL_EXPORTER_OTLP_TIMEOUT=${timeout ?? '10000, the default'}`, async (t) => {
      const { collector, turnedAwayCount } = await start(t, 'hang', timeout);
      await collector.nextRequest();
      const startedAt = performance.now();
      while ((await turnedAwayCount()) === 0) await setTimeout(50);
      const openedAfter = Math.round(performance.now() - startedAt);
      t.diagnostic(`nothing more is encoded after ${openedAfter} ms`);
      assert.ok(openedAfter >= fromMillis && openedAfter <= toMillis + schedulingMillis, String(openedAfter));

      // Nobody waits for the requests that have been waiting before.
      await collector.behave(undefined);
      const recoveredAt = performance.now();
      await collector.nextAnswered();
      const resumedAfter = Math.round(performance.now() - recoveredAt);
      t.diagnostic(`delivered again after ${resumedAfter} ms`);
      assert.ok(resumedAfter < 5000 + schedulingMillis, String(resumedAfter));
    });
  }
});

test('a collector that takes two thirds of the time for each answer is not taken for gone', async (t) => {
  const { collector, turnedAwayCount } = await start(t, 'slow', '3000');
  for (let answers = 0; answers < 5; answers++) await collector.nextAnswered();
  assert.equal(await turnedAwayCount(), 0);
});

/** A program under load, and a way to read how many of its spans have found the queue full. */
async function start(t: TestContext, fault: Fault, timeout: string | undefined) {
  const collector = await startChaosCollector();
  t.after(() => collector.stop());
  await collector.behave(fault);
  const metricsPort = await freePort();
  const running = startProgram([program], {
    preload: true,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: timeout,
      OTEL_BSP_MAX_QUEUE_SIZE: String(maxQueueSize),
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: String(batchSize),
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true',
    },
  });
  const kill = () => running.child.kill('SIGKILL');
  const port = Number((await running.waitForStdout(/port (\d+);/))[1]);
  const load = await startLoad(port, requestsPerSecond);
  t.after(() => load.stop().finally(kill));
  return {
    collector,
    async turnedAwayCount(): Promise<number> {
      const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      const text = await response.text();
      assert.match(text, /^otel_sdk_processor_span_queue_size/m);
      return Number(/_span_processed\w*\{.*error_type="queue_full".*\} (\d+)/.exec(text)?.[1] ?? 0);
    },
  };
}
