import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SpanKind } from '@opentelemetry/api';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';

const fixture = join(__dirname, '../../fixtures/http');

async function run(t: TestContext, env: Record<string, string> = {}) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const { exitCode } = await runProgram([join(layProgram(fixture, fixture), 'app.mjs')], {
    preload: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_NODE_EXIT_TIMEOUT: '10000', ...env },
  });
  assert.equal(exitCode, 0);
  await receiver.drained();
  return receiver;
}

/** Each metric of requests and the kind of the spans in which it is measured. */
const kinds = {
  'http.server.request.duration': SpanKind.SERVER,
  'http.client.request.duration': SpanKind.CLIENT,
  'http.server.response.body.size': SpanKind.SERVER,
  'http.client.response.body.size': SpanKind.CLIENT,
};

test('the exemplars of a request are of its own span', async (t) => {
  const { metrics, spans } = await run(t);
  for (const [name, kind] of Object.entries(kinds)) {
    const exemplars = metrics
      .find((metric) => metric.name === name)!
      .points.flatMap((point) => point.exemplars);
    assert.ok(exemplars.length > 0, `${name} has exemplars`);
    for (const { traceId, spanId } of exemplars) {
      const span = spans.find((each) => each.spanId === spanId);
      assert.deepEqual([span?.traceId, span?.kind], [traceId, kind], name);
    }
  }
});

test('there are none of requests that are not sampled', async (t) => {
  const { metrics, spans } = await run(t, { OTEL_TRACES_SAMPLER: 'always_off' });
  assert.equal(spans.length, 0);
  assert.ok(metrics.length > 0);
  for (const { points } of metrics) for (const { exemplars } of points) assert.deepEqual(exemplars, []);
});
