import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';

const program = join(__dirname, '../../fixtures/http/agents.mjs');

test('counting connections holds neither agents nor sockets', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_METRIC_EXPORT_INTERVAL: '20' };
  const { stdout, stderr } = await runProgram(['--expose-gc', program], { preload: true, env });
  await receiver.drained();
  assert.deepEqual([stdout, stderr], ['agents are gone\nsockets are gone\n', '']);
  // While they were open they were counted, one at a time.
  const counts = receiver.metrics
    .filter(({ name }) => name === 'http.client.open_connections')
    .flatMap(({ points }) => points.map(({ value }) => Number(value)));
  assert.ok(counts.length > 0 && Math.max(...counts) === 1, `${counts}`);
});
