import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { registerPath } from '../harness/run-program';

const spanCount = 900;
/** What a busy machine may add. */
const schedulingMillis = 500;

/** Many spans at once, and a process that goes on after they are drawn. */
const program = `
  const { trace } = require(${JSON.stringify(require.resolve('@opentelemetry/api'))});
  const tracer = trace.getTracer('program');
  process.stdin.once('data', () => {
    tracer.startActiveSpan('root', (root) => {
      for (let i = 0; i < ${spanCount}; i++) tracer.startSpan('a span with a name that takes some room ' + i).end();
      root.end();
    });
    if (process.argv[2]) for (let i = 0; i < 200; i++) console.warn(process.argv[2]);
    setTimeout(() => process.stdin.destroy(), process.argv[1]);
  });
  process.on('exit', () => process.stderr.write('went on to its end'));
`;

interface StartOptions {
  /** What is done with `"$@"`, the program. */
  readonly shell?: string;
  /** How long the program lives after its spans. */
  readonly lifeMillis?: number;
  /** What it logs, many times. */
  readonly logged?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Telemetry goes to the standard output of a program that otherwise does not use it. */
function start(
  exporter: string,
  { shell = 'exec "$@"', lifeMillis = 600, logged = '', env }: StartOptions = {},
) {
  const args = [process.execPath, '--require', registerPath, '-e', program, String(lifeMillis), logged];
  const child = spawn('sh', ['-c', shell, 'sh', ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      OTEL_TRACES_EXPORTER: exporter,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      ...env,
    },
  });
  const { stdin, stdout, stderr } = child as ChildProcessWithoutNullStreams;
  let told = '';
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk;
  });
  return {
    stdout,
    begin: () => stdin.write('begin\n'),
    /** What is said on standard error, when it matches. */
    async waitFor(pattern: RegExp): Promise<string> {
      while (!pattern.test(told)) await once(stderr, 'data');
      return told;
    },
    letReaderGoOn: () => (child.stdio[3] as Writable).end(),
    ended: once(child, 'close').then(([exitCode]) => ({ exitCode: exitCode as number, stderr: told })),
  };
}

/** The program's output is read only when descriptor 3 is at its end. */
const readerThatStops = '"$@" 3<&- | { read -r _ <&3; cat; }';

for (const exporter of ['console', 'otlp/stdout']) {
  test(`${exporter}: nobody reads standard output any more`, async () => {
    const { stdout, begin, ended } = start(exporter);
    stdout.destroy();
    begin();
    const { exitCode, stderr } = await ended;
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /went on to its end/);
    assert.equal(stderr.match(/EPIPE/g)?.length, 1, stderr);
  });

  test(`${exporter}: a pipe that is read slowly`, async () => {
    const { stdout, begin, ended } = start(exporter, {
      // A shell reads byte by byte, so that the pipe is full at once.
      shell: '"$@" | while IFS= read -r line; do printf "%s\\n" "$line"; done',
      env: { OTEL_NODE_EXIT_TIMEOUT: '30000' },
    });
    begin();
    const printed = await text(stdout);
    assert.equal((await ended).stderr, 'went on to its end');
    for (const i of [0, spanCount / 2, spanCount - 1])
      assert.ok(printed.includes(`some room ${i}`), `span ${i} is missing`);
  });

  test(`${exporter}: a reader that stops holds the program up for half a second, and its end by the budget`, async () => {
    const { stdout, begin, waitFor, letReaderGoOn, ended } = start(exporter, { shell: readerThatStops });
    const startedAt = performance.now();
    begin();
    const stderr = await waitFor(/went on to its end/);
    const closed = once(stdout, 'close');
    const [lateMillis, printed] = [performance.now() - startedAt - 600, text(stdout)];
    assert.match(stderr, /(print on|export spans to) standard output: its reader has stopped/);
    // Starting, once in the middle, and the end.
    assert.ok(lateMillis < 500 + 500 + 500 + schedulingMillis, `${lateMillis} ms late`);
    letReaderGoOn();
    await Promise.all([printed, closed, ended]);
    assert.ok((await printed).length > 0, 'what had room in the pipe is there');
  });
}

test('a reader that stops holds the program up once, and not at every log record', async () => {
  const { stdout, begin, waitFor, letReaderGoOn, ended } = start('none', {
    shell: readerThatStops,
    logged: 'x'.repeat(1000),
    env: { OTEL_LOGS_EXPORTER: 'console', OTEL_NODE_ENABLED_INSTRUMENTATIONS: '*,console' },
  });
  const startedAt = performance.now();
  begin();
  const stderr = await waitFor(/went on to its end/);
  const lateMillis = performance.now() - startedAt - 600;
  assert.match(stderr, /cannot print on standard output: its reader has stopped/);
  assert.ok(lateMillis < 500 + 500 + schedulingMillis, `${lateMillis} ms late`);
  letReaderGoOn();
  assert.match(await text(stdout), /x{1000}/);
  await ended;
});

test('a line that a reader has stopped in the middle of is ended before the next', async () => {
  const { stdout, begin, waitFor, letReaderGoOn, ended } = start('otlp/stdout', {
    shell: readerThatStops,
    lifeMillis: 6000,
    env: { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '400', OTEL_BSP_SCHEDULE_DELAY: '100' },
  });
  begin();
  await waitFor(/cannot export spans to standard output/);
  letReaderGoOn();
  const lines = (await text(stdout)).trimEnd().split('\n');
  const { stderr } = await ended;
  for (const line of lines) JSON.parse(line);
  const names = lines.join('').match(/some room \d+/g)!;
  assert.deepEqual([names.length, new Set(names).size], [spanCount, spanCount]);
  assert.match(stderr, /exporting spans to standard output again; 0 were dropped, 400 got no answer\n/);
});
