import assert from 'node:assert/strict';
import { get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { startProgram } from '../harness/run-program';
import { startPostgres } from '../harness/servers/postgres';
import { startRedis } from '../harness/servers/redis';
import { type TestServer, Unavailable } from '../harness/servers/server';
import { layProgram } from '../harness/twin';
import { fixturesDirectory } from '../harness/version-sets';

/** Traces are off and logs are on: context passes, and log records have its ids, in every callback. */
const libraries: Readonly<Record<string, [library: string, variable: string, () => Promise<TestServer>]>> = {
  'pg-8.0.3': ['pg', 'PG_URL', startPostgres],
  'pg-8.23.1': ['pg', 'PG_URL', startPostgres],
  'redis-4.7.1': ['redis', 'REDIS_URL', startRedis],
  'redis-6.3.1': ['redis', 'REDIS_URL', startRedis],
  'ioredis-4.31.0': ['ioredis', 'REDIS_URL', startRedis],
  'ioredis-6.0.0': ['ioredis', 'REDIS_URL', startRedis],
};

/** What requests bring, by their path; that without brings nothing. */
const incoming = new Map([
  ['/one', '00-11111111111111111111111111111111-1111111111111111-01'],
  ['/none', undefined],
  ['/two', '00-22222222222222222222222222222222-2222222222222222-00'],
  ['/last', '00-33333333333333333333333333333333-3333333333333333-01'],
]);

for (const [set, [library, variable, start]] of Object.entries(libraries)) {
  for (const version of [process.versions.node, '26.10.0']) {
    test(`nobody wants spans: ${set}, Node ${version}`, async (t) => {
      const node = nodeVersion(version);
      if (typeof node !== 'string') return t.skip(node.message);
      let server: TestServer;
      try {
        server = await start();
      } catch (error) {
        if (error instanceof Unavailable) return t.skip(error.message);
        throw error;
      }
      t.after(() => server.stop());
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const directory = layProgram(
        join(fixturesDirectory, 'core/unrecorded'),
        join(fixturesDirectory, 'versions', set),
      );
      const running = startProgram([join(directory, 'app.cjs'), library], {
        node,
        preload: true,
        env: {
          [variable]: server.address,
          NODE_NO_WARNINGS: '1', // one client asked by several is deprecated in pg
          OTEL_TRACES_EXPORTER: 'none',
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_NODE_ENABLED_INSTRUMENTATIONS: `http,undici,${library},console`,
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        },
      });
      const [, port] = await running.waitForStdout(/port (\d+)/);
      const paths = [...incoming.keys()];
      await Promise.all(paths.slice(0, -1).map((path) => request(Number(port), path)));
      await request(Number(port), paths.at(-1)!);
      const { stdout, stderr, exitCode } = await running.ended;
      assert.deepEqual([stderr, exitCode], ['', 0]);
      await receiver.drained();

      assert.deepEqual(receiver.spans, []);
      const printed = stdout.trim().split('\n').slice(1);
      assert.ok(printed.length >= 6 * paths.length, stdout);
      const records = receiver.records.filter(({ body }) => String(body).startsWith('/'));
      assert.equal(records.length, printed.length);
      for (const { body, traceId, spanId } of records) {
        const [path = '', step, answer] = String(body).split(' ');
        const brought = incoming.get(path);
        const [, wantedTrace = '', wantedSpan = ''] = brought?.split('-') ?? [];
        assert.deepEqual([traceId ?? '', spanId ?? ''], [wantedTrace, wantedSpan], String(body));
        if (step === 'got' || step === 'fetched') assert.equal(answer, brought ?? 'none');
      }
    });
  }
}

function request(port: number, path: string): Promise<void> {
  const traceparent = incoming.get(path);
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', headers: traceparent ? { traceparent } : {} }, (response) =>
      response.resume().on('end', resolve),
    ).on('error', reject);
  });
}
