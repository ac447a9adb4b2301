import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { assertMetricsConform } from '../harness/conventions';
import type { DecodedMetric, DecodedPoint } from '../harness/decode-metrics';
import { metricConventions } from '../harness/metric-conventions';
import { nodeVersion, nodeVersionsToTest } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';

const program = join(__dirname, '../../fixtures/core/metrics/process.mjs');
const prefixes = /^(nodejs|v8js|process|system)\./;

async function run(t: TestContext, node: string, env: Record<string, string> = {}) {
  const nodePath = nodeVersion(node);
  if (typeof nodePath !== 'string') {
    t.skip(nodePath.message);
    return undefined;
  }
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const { exitCode, stderr } = await runProgram([program], {
    node: nodePath,
    preload: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env },
  });
  assert.deepEqual([exitCode, stderr], [0, '']);
  await receiver.drained();
  assertMetricsConform(receiver.metrics);
  return receiver.metrics;
}

/** The point whose attributes have this value. */
function point(metrics: readonly DecodedMetric[], name: string, value?: string): DecodedPoint {
  const metric = metrics.find((each) => each.name === name);
  const found = metric?.points.find(
    ({ attributes }) => value === undefined || Object.values(attributes).includes(value),
  );
  assert.ok(found, `${name} ${value ?? ''}`);
  return found;
}

for (const node of nodeVersionsToTest) {
  test(`metrics of the runtime, the process and the host on Node ${node}`, async (t) => {
    const metrics = await run(t, node, {
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,runtime-node,process-metrics,host-metrics',
    });
    if (!metrics) return;
    const names = metrics.map(({ name }) => name).filter((name) => prefixes.test(name));
    const expected = Object.keys(metricConventions).filter((name) => prefixes.test(name));
    assert.deepEqual(names.sort(), expected.sort());

    const number = (name: string, value?: string) => Number(point(metrics, name, value).value);
    const isBetween = (name: string, low: number, high: number, value?: string) => {
      const found = number(name, value);
      assert.ok(
        found >= low && found <= high,
        `${name} ${value ?? ''}: ${found}, expected ${low} to ${high}`,
      );
    };
    // It has blocked for half a second; a timer that was due at any moment of that was late by as much as was left.
    isBetween('nodejs.eventloop.delay.max', 0.2, 30);
    isBetween('nodejs.eventloop.delay.min', 0, 0.1);
    isBetween('nodejs.eventloop.time', 1, 60, 'active');
    isBetween('nodejs.eventloop.time', 0.5, 60, 'idle');
    isBetween('nodejs.eventloop.utilization', 0.1, 0.99);
    assert.ok(point(metrics, 'v8js.gc.duration', 'minor').count! > 0);
    isBetween('v8js.memory.heap.used', 100_000, 1e9, 'old_space');
    isBetween('process.cpu.time', 0.1, 60, 'user');
    isBetween('process.cpu.utilization', 0.01, 1, 'user');
    isBetween('process.memory.usage', 2e7, 1e9);
    isBetween('process.thread.count', 5, 100);
    isBetween('process.unix.file_descriptor.count', 10, 200);
    isBetween('process.uptime', 1.5, 60);
    isBetween('system.memory.utilization', 0.001, 1, 'used');
    isBetween('system.cpu.time', 1, 1e10, 'idle');
  });
}

test('metrics of the host come only when they are asked for', async (t) => {
  const metrics = await run(t, process.versions.node);
  assert.deepEqual(
    metrics!.filter(({ name }) => name.startsWith('system.')).map(({ name }) => name),
    [],
  );
});
