import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { registerPath } from '../harness/run-program';

const spanCount = 900;

/** Many spans at once, and a process that goes on after they are drawn. */
const program = `
  const { trace } = require(${JSON.stringify(require.resolve('@opentelemetry/api'))});
  const tracer = trace.getTracer('program');
  process.stdin.once('data', () => {
    tracer.startActiveSpan('root', (root) => {
      for (let i = 0; i < ${spanCount}; i++) tracer.startSpan('a span with a name that takes some room ' + i).end();
      root.end();
    });
    setTimeout(() => process.stdin.destroy(), 600);
  });
  process.on('exit', () => process.stderr.write('went on to its end'));
`;

/** Telemetry for people goes to the standard output of a program that otherwise does not use it. @param shell - what is done with `"$@"`, the program. */
function start(exporter: string, shell = 'exec "$@"') {
  const child = spawn('sh', ['-c', shell, 'sh', process.execPath, '--require', registerPath, '-e', program], {
    env: {
      PATH: process.env.PATH,
      OTEL_TRACES_EXPORTER: exporter,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    },
  });
  return { child, ended: Promise.all([once(child, 'exit'), text(child.stderr)]) };
}

for (const exporter of ['console', 'otlp/stdout']) {
  test(`${exporter}: nobody reads standard output any more`, async () => {
    const { child, ended } = start(exporter);
    child.stdout.destroy();
    child.stdin.write('begin\n');
    const [[exitCode], stderr] = await ended;
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /went on to its end/);
    assert.equal(stderr.match(/EPIPE/g)?.length, 1, stderr);
  });

  test(`${exporter}: a pipe that is read slowly`, async () => {
    // A shell reads byte by byte, so that the pipe is full at once.
    const { child, ended } = start(
      exporter,
      '"$@" | while IFS= read -r line; do printf "%s\\n" "$line"; done',
    );
    child.stdin.write('begin\n');
    const stdout = await text(child.stdout);
    const [, stderr] = await ended;
    assert.equal(stderr, 'went on to its end');
    for (const i of [0, spanCount / 2, spanCount - 1])
      assert.ok(stdout.includes(`some room ${i}`), `span ${i} is missing`);
  });
}
