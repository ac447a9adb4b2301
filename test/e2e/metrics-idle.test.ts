import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';

const program = join(__dirname, '../../fixtures/core/metrics/idle.cjs');

test('an idle process stays idle with all signals on: at most 1 ms of CPU a second', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const [plain, traced] = await Promise.all([
    runProgram([program]),
    runProgram([program], { preload: true, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } }),
  ]);
  assert.equal(traced.stderr, '');
  await receiver.drained();
  assert.ok(receiver.spans.length > 0 && receiver.metrics.length > 0, 'it was instrumented');
  const added = median(traced.stdout) - median(plain.stdout);
  assert.ok(added <= 1, `${added} ms of CPU a second: ${traced.stdout}without us: ${plain.stdout}`);
});

function median(stdout: string): number {
  const sorted = (JSON.parse(stdout) as number[]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
