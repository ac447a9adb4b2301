import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const fixtures = join(__dirname, '../../fixtures');

async function receiverFor(t: TestContext) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  return receiver;
}

const sendTo = (receiver: OtlpReceiver) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_METRICS_EXPORTER: 'none',
});

describe('an uncaught error is the last record', () => {
  const rangeError = {
    'exception.type': 'RangeError',
    'exception.message': 'out of stock',
    'exception.stacktrace': 'RangeError: out of stock\n    at the desk',
  };
  const [error, fatal] = [17, 21];
  const cases: readonly (readonly [ending: string, severity: number, attributes?: object])[] = [
    ['throw', fatal],
    ['later', fatal],
    ['reject', fatal],
    ['throw a text', fatal, { 'exception.message': 'only a text' }],
    ['exit code of its own', fatal],
    ['in the exit listener', fatal],
    ['handled', error],
    ['handled by exiting', error],
    ['captured', error],
  ];
  for (const version of [process.versions.node, '18.19.0', '26.10.0']) {
    for (const [ending, severity, attributes = rangeError] of cases) {
      test(`${ending}, Node ${version}`, async (t) => {
        const node = nodeVersion(version);
        if (typeof node !== 'string') return t.skip(node.message);
        const receiver = await receiverFor(t);
        const runs = await withAndWithout(
          [join(fixtures, 'core/uncaught.cjs'), ending],
          { node },
          { env: sendTo(receiver) },
        );
        assertSameRun(runs);
        await receiver.drained();
        assert.equal(receiver.records.length, 1);
        const record = receiver.records[0]!;
        assert.equal(record.eventName, 'exception');
        assert.equal(record.severityNumber, severity);
        assert.equal(record.body, undefined);
        assert.deepEqual(record.attributes, attributes);
        assert.equal(record.scope.name, 'otel-instrument');
        assert.ok(record.timeUnixNano > 0n && record.timeUnixNano <= record.observedTimeUnixNano);
        assert.equal(record.traceId, '');
        assert.equal(receiver.spans.length, 0);
      });
    }
  }

  test('a rejection without a reason', async (t) => {
    const receiver = await receiverFor(t);
    const runs = await withAndWithout(
      [join(fixtures, 'core/uncaught.cjs'), 'reject nothing'],
      {},
      { env: sendTo(receiver) },
    );
    assertSameRun(runs);
    await receiver.drained();
    // Node makes an error of it.
    assert.equal(receiver.records[0]?.attributes['exception.type'], 'ERR_UNHANDLED_REJECTION');
  });

  test('a rejection that the program handles is none', async (t) => {
    const receiver = await receiverFor(t);
    const runs = await withAndWithout(
      [join(fixtures, 'core/uncaught.cjs'), 'rejection handled'],
      {},
      { env: sendTo(receiver) },
    );
    assertSameRun(runs);
    await receiver.drained();
    assert.deepEqual(receiver.requests, []);
  });

  test('in a request it has the ids of the span', async (t) => {
    const receiver = await receiverFor(t);
    const runs = await withAndWithout(
      [join(fixtures, 'core/endings.cjs'), 'throw in handler'],
      {},
      { env: sendTo(receiver) },
    );
    assertSameRun(runs);
    await receiver.drained();
    const [record] = receiver.records;
    assert.equal(receiver.records.length, 1);
    assert.equal(record!.severityNumber, fatal);
    const span = receiver.spans.find(({ spanId }) => spanId === record!.spanId);
    assert.equal(span?.kind, 1);
    assert.equal(span?.attributes['url.path'], '/throw');
    assert.equal(record!.traceId, span?.traceId);
  });

  test('without an exporter for log records there is none', async (t) => {
    const receiver = await receiverFor(t);
    const env = { ...sendTo(receiver), OTEL_LOGS_EXPORTER: 'none' };
    const runs = await withAndWithout([join(fixtures, 'core/uncaught.cjs'), 'throw'], {}, { env });
    assertSameRun(runs);
    await receiver.drained();
    assert.deepEqual(receiver.requests, []);
  });
});

describe('OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN', () => {
  const cases: readonly (readonly [
    value: string | undefined,
    logs: string | undefined,
    events: number,
    records: number,
  ])[] = [
    [undefined, undefined, 1, 0],
    ['logs/dup', undefined, 1, 1],
    ['logs', undefined, 0, 1],
    // They would be nowhere.
    ['logs', 'none', 1, 0],
  ];
  for (const [value, logs, events, records] of cases) {
    test(`${value ?? 'unset'}, logs ${logs ?? 'sent'}: recordException`, async (t) => {
      const receiver = await receiverFor(t);
      const { directory } = versionSets('api').at(-1)!;
      const program = join(layProgram(join(fixtures, 'core/logs'), directory), 'exception.cjs');
      const { stderr } = await runProgram([program], {
        preload: true,
        env: {
          ...sendTo(receiver),
          OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: value,
          OTEL_LOGS_EXPORTER: logs,
        },
      });
      assert.equal(stderr, '');
      await receiver.drained();
      const span = receiver.spans.find(({ name }) => name === 'outer')!;
      assert.equal(span.status.code, 2);
      assert.equal(span.events.filter(({ name }) => name === 'exception').length, events);
      assert.equal(receiver.records.length, records);
      for (const record of receiver.records) {
        assert.equal(record.eventName, 'exception');
        assert.equal(record.severityNumber, 17);
        assert.equal(record.attributes['exception.type'], 'TypeError');
        assert.equal(record.attributes['exception.message'], 'wrong');
        assert.match(String(record.attributes['exception.stacktrace']), /^TypeError: wrong\n +at /);
        assert.equal(record.traceId, span.traceId);
        assert.equal(record.spanId, span.spanId);
        assert.deepEqual(record.scope, { name: 'shop', version: '1.2.3' });
        assert.ok(record.timeUnixNano >= span.startTimeUnixNano);
        assert.ok(record.timeUnixNano <= span.endTimeUnixNano);
      }
    });
  }

  test('errors of requests', async (t) => {
    const receiver = await receiverFor(t);
    const { directory } = versionSets('express').at(-1)!;
    const program = join(layProgram(join(fixtures, 'express'), directory), 'app.cjs');
    await runProgram([program], {
      cwd: directory,
      preload: true,
      env: { ...sendTo(receiver), OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: 'logs/dup' },
    });
    await receiver.drained();
    const onSpans = receiver.spans.flatMap(({ spanId, events }) =>
      events.map((event) => ({ spanId, time: event.timeUnixNano, attributes: event.attributes })),
    );
    assert.ok(onSpans.length > 0);
    assert.deepEqual(
      receiver.records.map(({ spanId, timeUnixNano, attributes }) => ({
        spanId,
        time: timeUnixNano,
        attributes,
      })),
      onSpans,
    );
  });
});
