import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { registerPath, runProgram, startProgram } from '../harness/run-program';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const root = join(__dirname, '../..');
const fixtures = join(root, 'fixtures/core');
const program = join(fixtures, 'endings.cjs');

describe('settings that cannot be used cost one line', () => {
  const cases: readonly { env: Record<string, string>; line: RegExp }[] = [
    {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318:x' },
      line: /^otel-instrument: OTEL_EXPORTER_OTLP_ENDPOINT: expected .*"collector:4318:x"; using http:\/\/localhost:4318$/,
    },
    {
      env: { OTEL_TRACES_EXPORTER: 'jaeger' },
      line: /^otel-instrument: OTEL_TRACES_EXPORTER: expected .*"jaeger"; using otlp$/,
    },
    {
      env: { OTEL_BSP_MAX_QUEUE_SIZE: 'x' },
      line: /^otel-instrument: OTEL_BSP_MAX_QUEUE_SIZE: expected .*"x"; using 2048$/,
    },
    {
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon' },
      line: /^otel-instrument: OTEL_EXPORTER_OTLP_PROTOCOL: expected .*"carrier-pigeon"; using http\/protobuf$/,
    },
  ];
  for (const { env, line } of cases) {
    test(Object.entries(env).join(), async (t) => {
      const receiver = await receiverFor(t);
      const working = {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
      };
      const runs = await withAndWithout([program, 'natural'], {}, { env: { ...working, ...env } });
      assertSameRun(runs, 1);
      assert.match(runs.traced.stderr.trim(), line);
      await receiver.drained();
      assert.equal(receiver.spans.length, 2);
    });
  }

  test('a collector that is down', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@127.0.0.1:1' };
    const runs = await withAndWithout([program, 'natural'], {}, { env });
    assertSameRun(runs, 2);
    const why = '(ECONNREFUSED: nothing listens there; is the collector running?)';
    const lost = (what: string, signal: string, count: string) =>
      `otel-instrument: ${what} not delivered to http://127.0.0.1:1/v1/${signal} at the end of the process: ${count} ${why}\n`;
    assert.equal(
      runs.traced.stderr.replace(/: \d+ (?=.*\n$)/, ': <count> '),
      lost('spans', 'traces', '2') + lost('metrics', 'metrics', '<count>'),
    );
  });

  test('OTEL_LOG_LEVEL=error: warnings are not said, errors are', async (t) => {
    // What goes wrong inside: a part of the installation is missing.
    const copy = mkdtempSync(join(tmpdir(), 'otel-instrument-broken-'));
    t.after(() => rmSync(copy, { recursive: true, force: true }));
    const isWanted = (file: string) => !/dist.export\.js$/.test(file);
    cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true, filter: isWanted });
    cpSync(join(root, 'register.js'), join(copy, 'register.js'));
    const warning = /^OTEL_BSP_SCHEDULE_DELAY: expected .*, got "x"; using 5000$/;
    const error = /^spans cannot be exported: ENOENT: .*export\.js/;
    const levels = { warn: [warning, error], error: [error], none: [] };
    for (const [level, expected] of Object.entries(levels)) {
      const args = ['--require', join(copy, 'register.js'), program, 'natural'];
      const { stderr, exitCode } = await runProgram(args, {
        env: {
          OTEL_LOG_LEVEL: level,
          OTEL_BSP_SCHEDULE_DELAY: 'x',
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_LOGS_EXPORTER: 'none',
        },
      });
      const lines = stderr.split('\n').filter((line) => line.startsWith('otel-instrument: '));
      assert.equal(lines.length, expected.length, stderr);
      for (const [index, line] of lines.entries())
        assert.match(line.slice('otel-instrument: '.length), expected[index]!);
      assert.equal(exitCode, 0);
    }
  });

  test('nothing is said at OTEL_LOG_LEVEL=none', async () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_LOG_LEVEL: 'none',
    };
    assertSameRun(await withAndWithout([program, 'natural'], {}, { env }), 0);
  });
});

describe('headers', () => {
  const valid = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const hostile: Readonly<Record<string, string>> = {
    garbage: 'x'.repeat(10_000),
    zero: '00-00000000000000000000000000000000-0000000000000000-01',
    'upper case': valid.toUpperCase(),
    'version ff': valid.replace(/^00/, 'ff'),
    'too long': `${valid}-x`,
    'bytes above ASCII': '00-\u00ff'.padEnd(55, '\u00fe'),
    empty: '',
  };
  for (const [name, traceparent] of Object.entries(hostile)) {
    test(`a traceparent that is ${name} begins a new trace`, async (t) => {
      const { spans, passedOn } = await relay(t, { traceparent });
      const server = spans.find(({ kind }) => kind === 1)!;
      assert.equal(server.parentSpanId, undefined);
      assert.match(String(passedOn.traceparent), new RegExp(`^00-${server.traceId}-`));
    });
  }

  test('one that is well formed is continued', async (t) => {
    const { spans, passedOn } = await relay(t, { traceparent: valid, tracestate: 'a=1,b=2' });
    assert.deepEqual(
      spans.map(({ traceId, traceState }) => `${traceId} ${traceState}`),
      Array(2).fill('0af7651916cd43dd8448eb211c80319c a=1,b=2'),
    );
    const client = spans.find(({ kind }) => kind === 2)!;
    assert.equal(passedOn.traceparent, `00-0af7651916cd43dd8448eb211c80319c-${client.spanId}-01`);
    assert.equal(passedOn.tracestate, 'a=1,b=2');
  });

  test('baggage of 100 KB is not passed on whole, and breaks nothing', async (t) => {
    // Node itself refuses headers above 16 KB unless told otherwise.
    const baggage = Array.from({ length: 10_000 }, (_, i) => `k${i}=value`).join();
    assert.ok(baggage.length > 100_000);
    const { passedOn } = await relay(t, { baggage }, { NODE_OPTIONS: '--max-http-header-size=200000' });
    assert.ok((passedOn.baggage?.length ?? 0) <= 8192);
  });

  test('OTEL_SDK_DISABLED with OTEL_PROPAGATORS passes context on as it came', async (t) => {
    const env = { OTEL_SDK_DISABLED: 'true', OTEL_PROPAGATORS: 'tracecontext' };
    const { spans, passedOn } = await relay(t, { traceparent: valid, tracestate: 'a=1' }, env);
    assert.deepEqual(spans, []);
    assert.equal(passedOn.traceparent, valid);
    assert.equal(passedOn.tracestate, 'a=1');
  });

  test('so does OTEL_TRACES_EXPORTER=none, and without context none is made up', async (t) => {
    const env = { OTEL_TRACES_EXPORTER: 'none' };
    const { spans, passedOn } = await relay(t, { traceparent: valid }, env);
    assert.deepEqual(spans, []);
    assert.equal(passedOn.traceparent, valid);
    assert.equal((await relay(t, {}, env)).passedOn.traceparent, undefined);
  });

  /** Runs a server under us that is asked once and asks us in turn; gives its spans and the headers that it passed on. */
  async function relay(t: TestContext, headers: Record<string, string>, env: Record<string, string> = {}) {
    const receiver = await receiverFor(t);
    let passedOn: IncomingHttpHeaders = {};
    const next = createServer((request, response) => {
      passedOn = request.headers;
      response.end();
    }).listen(0, '127.0.0.1');
    t.after(() => next.close());
    await once(next, 'listening');
    const { NODE_OPTIONS: options = '', ...rest } = env;
    const running = startProgram([...(options ? [options] : []), join(fixtures, 'relay.cjs')], {
      preload: true,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        NEXT: `http://127.0.0.1:${(next.address() as AddressInfo).port}`,
        ...rest,
      },
    });
    const [, port] = await running.waitForStdout(/listening (\d+)/);
    const [response] = await once(get({ port, host: '127.0.0.1', headers, agent: false }), 'response');
    response.resume();
    await once(response, 'end');
    const { stderr, exitCode } = await running.ended;
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
    await receiver.drained();
    return { spans: receiver.spans, passedOn };
  }
});

describe('OTEL_TRACES_EXPORTER', () => {
  test('none: no spans are sent, and nothing is said', async (t) => {
    const receiver = await receiverFor(t);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: 'none' };
    assertSameRun(await withAndWithout([program, 'natural'], {}, { env }));
    await receiver.drained();
    assert.deepEqual(
      receiver.requests.map(({ path }) => path),
      ['/v1/metrics'],
    );
  });

  test('none, as for metrics and logs: nothing is sent or said', async (t) => {
    const receiver = await receiverFor(t);
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    };
    assertSameRun(await withAndWithout([program, 'natural'], {}, { env }));
    await receiver.drained();
    assert.equal(receiver.requests.length, 0);
  });

  for (const exporters of ['console', 'console,otlp']) {
    test(`${exporters}: a tree on standard output`, async (t) => {
      const receiver = await receiverFor(t);
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: exporters };
      const { plain, traced } = await withAndWithout([program, 'natural'], {}, { env });
      assert.equal(traced.stderr, '');
      assert.ok(traced.stdout.startsWith(plain.stdout) || traced.stdout.endsWith(plain.stdout));
      const tree = traced.stdout.replace(plain.stdout, '');
      // Two spans of one trace, the server's below the client's.
      assert.match(tree, /GET[^\n]*client[\s\S]*GET[^\n]*server/i);
      await receiver.drained();
      assert.equal(receiver.spans.length, exporters === 'console' ? 0 : 2);
    });
  }
});

describe('OTEL_SDK_DISABLED=true', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-disabled-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));
  const env = { OTEL_SDK_DISABLED: 'true' };

  test('leaves nothing of ours in the process', async () => {
    const source = `
      const ours = (symbol) => /otel|opentelemetry/i.test(String(symbol));
      const dc = require('node:diagnostics_channel');
      console.log(
        Object.getOwnPropertySymbols(globalThis).filter(ours).length,
        dc.hasSubscribers('http.server.request.start'),
        Object.getOwnPropertyDescriptor(require('node:module').prototype, '_compile').get,
        process.eventNames().length,
      );`;
    const off = await runProgram(['-e', source], { preload: true, env });
    const plain = await runProgram(['-e', source], {});
    assertSameRun({ plain, traced: off });
    const on = await runProgram(['-e', source], { preload: true });
    assert.notEqual(on.stdout, plain.stdout, 'what is looked at tells the difference');
  });

  test('costs at most 2 ms of CPU at start', () => {
    const empty = join(scratch, 'empty.js');
    writeFileSync(empty, '');
    const cpuMillis = (preload: string) => {
      const source = `const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000))`;
      const clean = { PATH: process.env.PATH, ...env };
      const { stdout } = spawnSync(process.execPath, ['-r', preload, '-e', source], {
        env: clean,
        encoding: 'utf8',
      });
      return Number(stdout);
    };
    const [before, ours]: [number[], number[]] = [[], []];
    for (let i = 0; i < 15; i++) {
      before.push(cpuMillis(empty));
      ours.push(cpuMillis(registerPath));
    }
    const added = median(ours) - median(before);
    // The bound is 2 ms; the other 4 are the noise of a machine that does other things.
    assert.ok(added < 2 + 4, `${added.toFixed(1)} ms of CPU added`);
  });

  for (const text of ['false', '', 'maybe']) {
    test(`${JSON.stringify(text)} does not switch anything off`, async (t) => {
      const receiver = await receiverFor(t);
      const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SDK_DISABLED: text };
      assertSameRun(await withAndWithout([program, 'natural'], {}, { env: settings }), 1);
      await receiver.drained();
      assert.equal(receiver.spans.length, 2);
    });
  }
});

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

async function receiverFor(t: TestContext): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  return receiver;
}
