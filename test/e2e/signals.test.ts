import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, startProgram } from '../harness/run-program';
import { fixturesDirectory } from '../harness/version-sets';
import { assertSameRun } from '../harness/with-and-without';

const program = join(fixturesDirectory, 'core/signals.cjs');
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const unfinishedKey = 'otel_instrument.span.unfinished';

/** Copies of signal-exit that other packages of the fixtures bring along. */
const signalExits = { 3: 'signal-exit', 4: 'foreground-child/node_modules/signal-exit' };

function signalExit(major: 3 | 4): string | undefined {
  const directory = join(fixturesDirectory, 'node_modules', signalExits[major]);
  const manifest = join(directory, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version.startsWith(`${major}.`) ? directory : undefined;
}

/** Sends the signal once the program waits. */
async function run(args: readonly string[], signal: NodeJS.Signals, options: ProgramOptions = {}) {
  const running = startProgram([program, ...args], { timeoutMillis: 15_000, ...options });
  await running.waitForStdout(/waiting/);
  running.child.kill(signal);
  return running.ended;
}

async function assertSameEnd(
  t: TestContext,
  args: readonly string[],
  signal: NodeJS.Signals,
  node?: string,
): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_NODE_EXIT_TIMEOUT: '5000',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    OTEL_METRIC_EXPORT_TIMEOUT: '200',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  };
  const [plain, traced] = await Promise.all([
    run(args, signal, { node }),
    run(args, signal, { node, preload: true, env }),
  ]);
  assertSameRun({ plain, traced });
  await receiver.drained();
  return receiver;
}

const names = ({ spans }: OtlpReceiver) =>
  new Set(spans.map(({ name, attributes }) => `${name}${attributes[unfinishedKey] ? ' unfinished' : ''}`));

describe('with signal-exit', { concurrency: 2 }, () => {
  for (const majors of [[3], [4], [3, 4]] as const) {
    for (const act of ['signal-exit', 'signal-exit, later', 'signal-exit, unloaded']) {
      for (const signal of signals) {
        test(`${majors.join(' and ')}: ${act}, ${signal}`, async (t) => {
          const paths = majors.map(signalExit);
          if (paths.includes(undefined)) return t.skip('signal-exit is not where it was in the fixtures');
          const receiver = await assertSameEnd(t, [act, ...(paths as string[])], signal);
          assert.deepEqual(names(receiver), new Set(['ended', 'open unfinished']));
        });
      }
    }
  }
});

const acts: readonly (readonly [act: string, open?: string])[] = [
  ['own listener, removed when a span is open'],
  ['own listeners come and go'],
  ['cleans up and kills itself'],
  ['cleans up and ends', 'open'],
];

describe('while a span is open', { concurrency: 2 }, () => {
  for (const version of [process.versions.node, '18.19.0', '26.10.0']) {
    for (const [act, open = 'open unfinished'] of acts) {
      for (const signal of version === process.versions.node ? signals : (['SIGTERM'] as const)) {
        test(`${act}, ${signal} on Node ${version}`, async (t) => {
          const node = nodeVersion(version);
          if (typeof node !== 'string') return t.skip(node.message);
          const receiver = await assertSameEnd(t, [act], signal, node);
          assert.deepEqual(names(receiver), new Set(['ended', open]));
        });
      }
    }
  }
});

describe('a program that cannot run our listener', () => {
  for (const act of ['blocks when all is delivered', 'runs a command when all is delivered']) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      test(`${act}, dies of ${signal} as without us`, async (t) => {
        const receiver = await assertSameEnd(t, [act], signal);
        assert.deepEqual(names(receiver), new Set(['ended']));
      });
    }
  }

  test('blocks when a request and its metrics are delivered, dies of SIGTERM', async (t) => {
    const receiver = await assertSameEnd(t, ['blocks when a request is delivered'], 'SIGTERM');
    assert.deepEqual(names(receiver), new Set(['GET', 'ended']));
    assert.ok(receiver.metrics.some(({ name }) => name === 'http.client.request.duration'));
  });

  test('blocks after spans that are not sampled, and dies of SIGTERM', async () => {
    const env = { OTEL_TRACES_SAMPLER: 'always_off' };
    const ended = await run(['blocks after unsampled spans'], 'SIGTERM', { preload: true, env });
    assert.deepEqual([ended.signal, ended.timedOut], ['SIGTERM', false]);
  });
});

test('a second signal while the first one delivers to a collector that hangs changes nothing', async (t) => {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  receiver.answer = () => ({ instead: 'hang' });
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_NODE_EXIT_TIMEOUT: '1000' };
  const running = startProgram([program, 'own listener, removed when a span is open'], {
    preload: true,
    env,
  });
  await running.waitForStdout(/waiting/);
  const sentAt = performance.now();
  running.child.kill('SIGTERM');
  // It is delivering: the request is here.
  while (receiver.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  running.child.kill('SIGTERM');
  const { signal } = await running.ended;
  assert.equal(signal, 'SIGTERM');
  assert.ok(performance.now() - sentAt < 2500, `after ${performance.now() - sentAt} ms`);
});

describe('as the first process of a container', () => {
  for (const act of ['cleans up and ends', 'signal-exit']) {
    test(`${act}: a signal does what it does without us`, async (t) => {
      if (spawnSync('unshare', ['-rpf', '--mount-proc', 'true']).status !== 0)
        return t.skip('unshare is not permitted');
      const path = signalExit(4);
      if (path === undefined) return t.skip('signal-exit is not where it was in the fixtures');
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
      // Signals to `unshare` do not get there: the program sends its own, and later ends with 3 if nothing came of it.
      const source = `
        process.argv.push(${JSON.stringify(act)}, ${JSON.stringify(path)});
        process.argv.splice(1, 0, 'program');
        require(${JSON.stringify(program)});
        process.kill(process.pid, 'SIGTERM');
        setTimeout(() => process.exit(3), 300).unref();`;
      const args = ['-rpf', '--mount-proc', '--kill-child', process.execPath, '-e', source];
      const start = (options: ProgramOptions) =>
        startProgram(args, { node: 'unshare', timeoutMillis: 15_000, ...options }).ended;
      const [plain, traced] = await Promise.all([start({}), start({ preload: true, env })]);
      assertSameRun({ plain, traced });
      await receiver.drained();
      assert.equal(receiver.spans.length, 2);
    });
  }
});
