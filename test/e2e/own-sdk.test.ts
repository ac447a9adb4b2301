import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramRun, runProgram } from '../harness/run-program';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';
import { assertSameRun } from '../harness/with-and-without';

const fixture = join(__dirname, '../../fixtures/core/own-sdk');
const tracesOnly = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
const ways = { alone: {}, 'beside us': { preload: true }, kept: { preload: true, keep: true } } as const;
type Way = keyof typeof ways;

interface Outcome {
  readonly run: ProgramRun;
  /** What was exported by OTLP, by whoever: name, kind, scope, and whether it is in a trace of its own. */
  readonly spans: readonly string[];
  /** What an agent sent in its own way: how often which kind of span is named. */
  readonly sent: Readonly<Record<string, number>>;
  readonly ourLines: readonly string[];
}

describe('a program with an SDK of its own', () => {
  for (const set of versionSets('sdk-node')) {
    for (const program of ['sdk-node', 'provider']) {
      test(`OpenTelemetry ${set.version}, ${program}`, async (t) => {
        const file = join(layProgram(fixture, set.directory), `${program}.cjs`);
        const alone = await runIn(t, 'alone', [file]);
        const besideUs = await runIn(t, 'beside us', [file]);
        const kept = await runIn(t, 'kept', [file]);
        assert.ok(alone.spans.length > 0);
        assert.deepEqual(besideUs.spans, alone.spans);
        assertSameRun({ plain: alone.run, traced: besideUs.run }, 1);
        assertSameRun({ plain: alone.run, traced: kept.run }, 1);
        assert.match(
          besideUs.ourLines.join(),
          /OpenTelemetry SDK of its own for spans, so there are none of ours/,
        );
        assert.match(kept.ourLines.join(), /own OpenTelemetry SDK is not used for spans/);
        // Its provider is not registered, so what it makes by the API is exported by us, once.
        assert.deepEqual(
          kept.spans.filter((span) => span.startsWith('by hand')),
          alone.spans.filter((span) => span.startsWith('by hand')),
        );
      });
    }
  }

  for (const [library, agent] of [
    ['sentry', '@sentry/node'],
    ['dd-trace', 'dd-trace'],
    ['elastic-apm-node', 'elastic-apm-node'],
    ['newrelic', 'newrelic'],
  ] as const) {
    for (const set of versionSets(library)) {
      test(`${library} ${set.version}`, async (t) => {
        const file = join(layProgram(fixture, set.directory), 'agent.cjs');
        const alone = await runIn(t, 'alone', [file, library]);
        const besideUs = await runIn(t, 'beside us', [file, library]);
        const kept = await runIn(t, 'kept', [file, library]);
        assert.deepEqual(besideUs.spans, []);
        assert.deepEqual(besideUs.sent, alone.sent);
        // The stand-in for their server speaks no TLS, so nothing arrives from newrelic.
        if (library !== 'newrelic') assert.notDeepEqual(alone.sent, {});
        assertSameRun({ plain: alone.run, traced: besideUs.run }, 1);
        assert.match(
          besideUs.ourLines.join(),
          new RegExp(`${agent}, so there are no spans|for spans, so there are none`),
        );
        assert.equal(kept.run.stdout, alone.run.stdout);
        assert.equal(kept.run.exitCode, 0);
        assert.equal(kept.ourLines.length, 1);
        for (const kind of ['GET 1 otel-instrument/http', 'GET 2 otel-instrument/http'])
          assert.ok(
            kept.spans.some((span) => span.startsWith(kind)),
            `${kept.spans}`,
          );
      });
    }
  }
});

/** The program with a collector and a stand-in for the agents' servers. */
async function runIn(t: TestContext, way: Way, args: readonly string[]): Promise<Outcome> {
  const { preload = false, keep = false } = ways[way] as { preload?: boolean; keep?: boolean };
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const sent: Record<string, number> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      for (const [name] of readable(Buffer.concat(chunks)).matchAll(
        /web\.request|http\.request|"type":"transaction"|"transaction":\{/g,
      ))
        sent[name] = (sent[name] ?? 0) + 1;
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = await runProgram(args, {
    preload,
    env: {
      ...tracesOnly,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_NODE_OWN_SDK: keep ? 'keep' : undefined,
      SENTRY_URL: `http://key@${address}/1`,
      DD_TRACE_AGENT_URL: `http://${address}`,
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_TRACE_STARTUP_LOGS: 'false',
      ELASTIC_APM_SERVER_URL: `http://${address}`,
      ELASTIC_APM_LOG_LEVEL: 'off',
      NEW_RELIC_APP_NAME: 'shop',
      NEW_RELIC_LICENSE_KEY: 'a'.repeat(40),
      NEW_RELIC_LOG_ENABLED: 'false',
      NEW_RELIC_HOST: '127.0.0.1',
      NEW_RELIC_PORT: '1',
    },
  });
  await receiver.drained();
  const spans = receiver.spans
    .map(
      ({ name, kind, scope, parentSpanId }) =>
        `${name} ${kind} ${scope.name} ${parentSpanId ? 'child' : 'root'}`,
    )
    .sort();
  const ourLines = run.stderr.split('\n').filter((line) => line.startsWith('otel-instrument: '));
  return { run, spans, sent, ourLines };
}

function readable(body: Buffer): string {
  try {
    return gunzipSync(body).toString('latin1');
  } catch {
    return body.toString('latin1');
  }
}
