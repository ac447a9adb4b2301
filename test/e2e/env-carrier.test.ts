import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const { directory } = versionSets('api').find(({ version }) => version === '1.9.1')!;
const programs = layProgram(join(__dirname, '../../fixtures/core/env-carrier'), directory);
const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const incoming = {
  TRACEPARENT: `00-${traceId}-${spanId}-01`,
  TRACESTATE: 'vendor=x',
  BAGGAGE: 'user=from%20outside',
};
const nothing = '||';
const inherited = `${incoming.TRACEPARENT}|${incoming.TRACESTATE}|${incoming.BAGGAGE}`;

for (const version of [process.versions.node, '18.19.0', '20.6.0', '22.14.0', '24.21.0', '26.10.0']) {
  const node = nodeVersion(version);
  describe(`context by variables, Node ${version}`, {
    skip: typeof node !== 'string' && node.message,
  }, () => {
    for (const module of ['cjs', 'mjs']) {
      test(`goes to processes that are started inside a span, ${module}`, async (t) => {
        const { seen } = await run(t, node as string, `app.${module}`, {});
        const { span, unchanged, ...ways } = seen;
        assert.equal(unchanged, true);
        for (const [way, found] of Object.entries(ways)) {
          const isTheirs = way.startsWith('a context of the caller');
          const expected = way.endsWith('outside') ? nothing : `${span}||user=a%20b`;
          assert.equal(found, isTheirs ? 'of the caller||' : expected, way);
        }
      });
    }

    test('takes the place of what this process was started with', async (t) => {
      const { seen, spans } = await run(t, node as string, 'app.cjs', incoming);
      assert.equal(seen['exec outside'], inherited);
      assert.equal(seen['exec with env outside'], nothing);
      assert.equal(seen.exec, `${seen.span}|vendor=x|user=a%20b`);
      assert.equal(seen.spawnSync, seen.exec);
      assert.deepEqual([spans[0]!.traceId, spans[0]!.parentSpanId], [traceId, spanId]);
    });

    test('comes to what begins a trace, unless it comes from outside', async (t) => {
      const { spans, stdout } = await run(t, node as string, 'kinds.mjs', incoming);
      const parents = Object.fromEntries(spans.map(({ name, parentSpanId }) => [name, parentSpanId]));
      const parent = spans.find(({ name }) => name === 'parent')!;
      assert.deepEqual(parents, {
        INTERNAL: spanId,
        SERVER: undefined,
        CLIENT: spanId,
        PRODUCER: spanId,
        CONSUMER: undefined,
        'new root': undefined,
        parent: spanId,
        child: parent.spanId,
      });
      assert.equal(parent.traceId, traceId);
      assert.match(stdout, /^undefined \{ value: 'from outside'/);
    });
  });
}

test('OTEL_NODE_ENV_CARRIER chooses the directions', async (t) => {
  const first = async (carrier: string) => {
    const { seen, spans } = await run(t, process.execPath, 'app.cjs', {
      ...incoming,
      OTEL_NODE_ENV_CARRIER: carrier,
    });
    return { comes: spans[0]!.traceId === traceId, goes: seen.exec === `${seen.span}|vendor=x|user=a%20b` };
  };
  assert.deepEqual(await first('none'), { comes: false, goes: false });
  assert.deepEqual(await first('in'), { comes: true, goes: false });
  assert.deepEqual(await first('in,out'), { comes: true, goes: true });
});

test('an unreadable context is none', async (t) => {
  const { spans } = await run(t, process.execPath, 'kinds.mjs', {
    TRACEPARENT: '00-nonsense',
    BAGGAGE: '=;,%',
  });
  assert.deepEqual(
    new Set(spans.filter(({ name }) => name !== 'child').map(({ parentSpanId }) => parentSpanId)),
    new Set([undefined]),
  );
});

test('with --pending-deprecation there is no warning', async (t) => {
  await run(t, process.execPath, 'kinds.mjs', { NODE_PENDING_DEPRECATION: '1' });
});

async function run(t: TestContext, node: string, program: string, env: Readonly<Record<string, string>>) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const { stdout, stderr, exitCode } = await runProgram([join(programs, program)], {
    node,
    preload: true,
    env: {
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      ...env,
    },
  });
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
  await receiver.drained();
  const seen = (stdout.startsWith('{') ? JSON.parse(stdout) : {}) as Record<string, string | boolean>;
  return { stdout, seen, spans: receiver.spans };
}
