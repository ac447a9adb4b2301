import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { runProgram } from '../harness/run-program';
import { fixturesDirectory } from '../harness/version-sets';

/** Nobody wants spans: whatever carries context passes all the same, however it is written, and nothing is added where none comes. */

interface Row {
  readonly propagators?: string;
  readonly brought: Readonly<Record<string, string>>;
  readonly passed: Readonly<Record<string, string>>;
}

const traceparent = '00-11111111111111111111111111111111-2222222222222222-01';
const b3 = '11111111111111111111111111111111-2222222222222222-1';
const rows: Record<string, Row> = {
  nothing: { brought: { 'X-RequestId': '7', Referer: 'http://shop.example/' }, passed: {} },
  'a trace': { brought: { traceparent }, passed: { traceparent } },
  'a trace, in capitals': { brought: { TRACEPARENT: traceparent }, passed: { traceparent } },
  'a trace with its state': {
    brought: { TraceState: 'a=b', TraceParent: traceparent },
    passed: { traceparent, tracestate: 'a=b' },
  },
  'a state without a trace': { brought: { tracestate: 'a=b' }, passed: {} },
  baggage: { brought: { Baggage: 'user=7' }, passed: { baggage: 'user=7' } },
  'another propagator': { propagators: 'b3', brought: { B3: b3 }, passed: { b3 } },
  'a family of names': {
    propagators: 'jaeger',
    brought: { 'Uberctx-User': '7' },
    passed: { 'uberctx-user': '7' },
  },
};

const own = new Set(['host', 'connection']);

for (const [name, { propagators, brought, passed }] of Object.entries(rows)) {
  for (const version of [process.versions.node, '26.10.0']) {
    test(`traces none, Node ${version}: ${name}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      const run = await runProgram([join(fixturesDirectory, 'core/hand-on.cjs')], {
        node,
        preload: true,
        env: {
          HEADERS: JSON.stringify(brought),
          OTEL_TRACES_EXPORTER: 'none',
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_LOGS_EXPORTER: 'otlp/file',
          OTEL_NODE_EXPORTER_FILE: '/dev/null',
          OTEL_PROPAGATORS: propagators,
        },
      });
      assert.deepEqual([run.stderr, run.exitCode], ['', 0]);
      const received = Object.entries(JSON.parse(run.stdout)).filter(([header]) => !own.has(header));
      assert.deepEqual(Object.fromEntries(received), passed);
    });
  }
}
