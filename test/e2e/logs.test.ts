import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { DecodedRecord } from '../harness/decode-logs';
import { withoutIds } from '../harness/log-scenario';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, runProgram, startProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const fixtures = join(__dirname, '../../fixtures');
const newestApi = versionSets('api').at(-1)!;

async function receiverFor(t: TestContext) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  return receiver;
}

/** Runs a program that sends to the receiver, and waits for all of it. */
async function run(t: TestContext, program: string, env: ProgramOptions['env'] = {}, node?: string) {
  const receiver = await receiverFor(t);
  const ended = await runProgram([program], {
    node,
    preload: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_METRICS_EXPORTER: 'none', ...env },
  });
  await receiver.drained();
  return { ...ended, receiver };
}

const apiProgram = () => join(layProgram(join(fixtures, 'core/logs'), newestApi.directory), 'api.cjs');
const byTime = (a: DecodedRecord, b: DecodedRecord) => Number(a.timeUnixNano - b.timeUnixNano);

describe('a program that emits log records by the API', () => {
  const sets = [
    ...versionSets('api-logs').map((set) => ({ ...set, app: 'api-logs' })),
    { ...newestApi, app: 'api' },
  ];
  for (const set of sets) {
    for (const module of ['cjs', 'mjs']) {
      for (const version of [process.versions.node, '18.19.0', '26.10.0']) {
        test(`${basename(set.directory)} ${module}, Node ${version}`, async (t) => {
          const node = nodeVersion(version);
          if (typeof node !== 'string') return t.skip(node.message);
          const program = join(
            layProgram(join(fixtures, 'core/logs'), set.directory),
            `${set.app}.${module}`,
          );
          const { stdout, stderr, exitCode, receiver } = await run(t, program, {}, node);
          assert.equal(stderr, '');
          assert.equal(exitCode, 0);
          assert.equal(stdout, 'true\n');
          const server = receiver.spans.find(({ kind }) => kind === 1)!;
          const { scope, resource, observedTimeUnixNano, ...first } = receiver.records[0]!;
          assert.deepEqual(first, {
            timeUnixNano: 0n,
            severityNumber: 17,
            severityText: 'oops',
            body: 'in a request',
            eventName: '',
            attributes: {
              'exception.type': 'RangeError',
              'exception.message': 'wrong',
              'exception.stacktrace': 'RangeError: wrong\n    at the desk',
            },
            droppedAttributesCount: 0,
            traceId: server.traceId,
            spanId: server.spanId,
            flags: server.flags & 0xff,
          });
          assert.deepEqual(scope, { name: 'shop', version: '1.2.3' });
          assert.deepEqual(resource, server.resource);
          assert.ok(observedTimeUnixNano >= server.startTimeUnixNano);
          assert.ok(observedTimeUnixNano <= server.endTimeUnixNano);
          const { scope: _scope, resource: _resource, body, ...second } = receiver.records[1]!;
          assert.deepEqual(second, {
            timeUnixNano: 1_700_000_000_000_000_000n,
            observedTimeUnixNano: 1_700_000_001_000_000_000n,
            severityNumber: 0,
            severityText: '',
            eventName: 'order.placed',
            attributes: {
              'order.id': 7,
              tags: ['long', 'short'],
              nested: { key: 'value' },
              last: 'dropped by a limit',
            },
            droppedAttributesCount: 0,
            traceId: '',
            spanId: '',
            flags: 0,
          });
          const { bytes, ...rest } = body as Record<string, unknown>;
          assert.deepEqual([...(bytes as Uint8Array)], [1, 2, 255]);
          assert.deepEqual(rest, {
            text: 'grün',
            list: [1, 2.5, null, { deep: true }],
            cycle: { name: 'cycle', self: '[Circular]' },
          });
          assert.equal(receiver.records.length, 2);
        });
      }
    }
  }
});

describe('a program that registers its own implementation of the logs API keeps it', () => {
  const sets = [
    ...versionSets('api-logs').map((set) => ({ ...set, api: '@opentelemetry/api-logs' })),
    { ...newestApi, api: '@opentelemetry/api' },
  ];
  for (const { directory, api } of sets) {
    for (const module of ['cjs', 'mjs']) {
      test(`${basename(directory)} ${module}`, async (t) => {
        const program = join(layProgram(join(fixtures, 'core/logs'), directory), `own-sdk.${module}`);
        const receiver = await receiverFor(t);
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_METRICS_EXPORTER: 'none' };
        const { stdout, stderr } = await runProgram([program, api], { preload: true, env });
        assert.match(
          stderr,
          /^otel-instrument: the program has an OpenTelemetry SDK of its own for log records.*\n/,
        );
        assert.match(stdout, /^true\n/);
        assert.match(stdout, /own by one from after\n$/);
        await receiver.drained();
        assert.deepEqual(
          receiver.records.filter(({ eventName }) => eventName === 'exception'),
          [],
        );
      });

      test(`${basename(directory)} ${module}, OTEL_NODE_OWN_SDK=keep`, async (t) => {
        const program = join(layProgram(join(fixtures, 'core/logs'), directory), `own-sdk.${module}`);
        const receiver = await receiverFor(t);
        const env = {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_NODE_OWN_SDK: 'keep',
        };
        const { stdout } = await runProgram([program, api], { preload: true, env });
        assert.equal(stdout, 'false\n');
        await receiver.drained();
        assert.deepEqual(
          receiver.records.map(({ body, eventName }) => body ?? eventName),
          ['by a logger from before', 'by one from after', 'exception'],
        );
      });
    }
  }
});

describe('settings', () => {
  for (const prefix of ['OTEL_ATTRIBUTE', 'OTEL_LOGRECORD_ATTRIBUTE']) {
    test(`${prefix}_COUNT_LIMIT and _VALUE_LENGTH_LIMIT`, async (t) => {
      const { receiver } = await run(t, apiProgram(), {
        [`${prefix}_COUNT_LIMIT`]: '3',
        [`${prefix}_VALUE_LENGTH_LIMIT`]: '4',
      });
      const record = receiver.records.find(({ eventName }) => eventName !== '')!;
      assert.deepEqual(record.attributes, {
        'order.id': 7,
        tags: ['long', 'shor'],
        nested: { key: 'valu' },
      });
      assert.equal(record.droppedAttributesCount, 1);
      assert.equal((record.body as { text: string }).text, 'grün', 'the body has no limits');
    });
  }

  test('batches leave full, to the endpoint of the logs', async (t) => {
    const other = await receiverFor(t);
    const { receiver } = await run(t, apiProgram(), {
      OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '1',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${other.url}/v1/logs`,
    });
    await other.drained();
    assert.equal(receiver.records.length, 0);
    assert.equal(receiver.spans.length, 2);
    assert.deepEqual(
      other.requests.map(({ path, records }) => [path, records.length]),
      [
        ['/v1/logs', 1],
        ['/v1/logs', 1],
      ],
    );
  });

  test('OTEL_LOGS_EXPORTER=none: nothing is sent, the API does nothing, loggers get their ids', async (t) => {
    const off = { OTEL_LOGS_EXPORTER: 'none' };
    const api = await run(t, apiProgram(), off);
    assert.equal(api.stdout, 'false\n');
    assert.deepEqual(new Set(api.receiver.requests.map(({ path }) => path)), new Set(['/v1/traces']));
    const pino = join(layProgram(join(fixtures, 'pino'), versionSets('pino').at(-1)!.directory), 'app.cjs');
    const { stdout, receiver } = await run(t, pino, off);
    assert.equal(withoutIds(stdout).ids.length, 12);
    assert.deepEqual(new Set(receiver.requests.map(({ path }) => path)), new Set(['/v1/traces']));
  });

  test('the names of the fields that loggers get', async (t) => {
    const keys = { TRACE_ID: 'dd.trace_id', SPAN_ID: 'span', TRACE_FLAGS: 'flags' };
    const env = Object.fromEntries(
      Object.entries(keys).map(([key, name]) => [`OTEL_INSTRUMENTATION_COMMON_LOGGING_${key}_KEY`, name]),
    );
    for (const library of ['pino', 'bunyan', 'winston']) {
      const { directory } = versionSets(library).at(-1)!;
      const { stdout, receiver } = await run(
        t,
        join(layProgram(join(fixtures, library), directory), 'app.cjs'),
        env,
      );
      const lines = stdout.split('\n').filter((line) => line.startsWith('{"') && line.includes('/one'));
      assert.ok(lines.length > 0, stdout);
      for (const line of lines) {
        const record = JSON.parse(line) as Record<string, string>;
        const span = receiver.spans.find(({ spanId }) => spanId === record.span);
        assert.equal(record['dd.trace_id'], span?.traceId, line);
        assert.match(record.flags!, /^0[13]$/);
        assert.equal(record.span_id, undefined);
      }
    }
  });

  test('OTEL_LOGS_EXPORTER=console prints them for people', async (t) => {
    const { stdout, receiver } = await run(t, apiProgram(), { OTEL_LOGS_EXPORTER: 'console' });
    const lines = stdout.split('\n');
    assert.match(
      lines[0]!,
      /^\d\d:\d\d:\d\d\.\d{3} {2}ERROR {2}in a request {2}exception\.type=RangeError exception\.message=wrong {2}trace=[0-9a-f]{32}$/,
    );
    assert.deepEqual(lines.slice(1, 3), ['    RangeError: wrong', '    at the desk']);
    assert.match(
      lines[3]!,
      /\[order\.placed\] {2}\{ text: 'grün', .*self: '\[Circular\]'.* order\.id=7 tags=\[/,
    );
    assert.equal(receiver.records.length, 0);
  });
});

describe('every ending delivers the last record', () => {
  const endings = join(fixtures, 'core/endings.cjs');
  const cases: readonly (readonly [ending: string, signal: NodeJS.Signals | undefined, printed: string[]])[] =
    [
      ['natural', undefined, ['exit 0']],
      ['exit 3', undefined, ['exit 3']],
      ['throw', undefined, ['', 'exit 1']],
      ['exit in handler', undefined, ['exit 8']],
      ['wait', 'SIGTERM', ['waiting']],
      ['wait with listener', 'SIGINT', ['waiting', 'got SIGINT', 'closed', 'exit 5']],
    ];
  for (const [ending, signal, printed] of cases) {
    test(`${ending} ${signal ?? ''}`, async (t) => {
      const receiver = await receiverFor(t);
      const running = startProgram([endings, ending], {
        preload: true,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_TRACES_EXPORTER: 'none',
          OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'console',
          // A line of ours on standard error, which must not become a record.
          OTEL_BLRP_SCHEDULE_DELAY: 'soon',
        },
      });
      if (signal) {
        await running.waitForStdout(/waiting/);
        running.child.kill(signal);
      }
      const { stderr } = await running.ended;
      assert.match(
        stderr,
        /^otel-instrument: OTEL_BLRP_SCHEDULE_DELAY: expected .* got "soon"; using 1000\n/,
      );
      await receiver.drained();
      assert.deepEqual(
        [...receiver.records].sort(byTime).map(({ body }) => body ?? ''),
        printed,
      );
    });
  }
});
