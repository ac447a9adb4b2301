import assert from 'node:assert/strict';
import { get } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { startProgram } from '../harness/run-program';
import { startPostgres } from '../harness/servers/postgres';
import { startRedis } from '../harness/servers/redis';
import { type TestServer, Unavailable } from '../harness/servers/server';
import { layProgram } from '../harness/twin';
import { fixturesDirectory } from '../harness/version-sets';

interface Library {
  readonly name: string;
  readonly version: string;
  /** The program's variable with the server's address. */
  readonly variable: string;
  readonly start: () => Promise<TestServer>;
}

const pg = { name: 'pg', variable: 'PG_URL', start: startPostgres };
const redis = { name: 'redis', variable: 'REDIS_URL', start: startRedis };
const libraries: readonly Library[] = [
  { ...pg, version: '8.0.3' },
  { ...pg, version: '8.23.1' },
  { ...redis, version: '4.7.1' },
  { ...redis, version: '6.3.1' },
  { ...redis, name: 'ioredis', version: '4.31.0' },
  { ...redis, name: 'ioredis', version: '6.0.0' },
];

/** What requests bring, by their path; that without brings nothing. */
type Incoming = ReadonlyMap<string, string | undefined>;
const traced: Incoming = new Map([
  ['/one', '00-11111111111111111111111111111111-1111111111111111-01'],
  ['/none', undefined],
  ['/two', '00-22222222222222222222222222222222-2222222222222222-00'],
  ['/last', '00-33333333333333333333333333333333-3333333333333333-01'],
]);
const untraced: Incoming = new Map([
  ['/one', undefined],
  ['/last', undefined],
]);

for (const library of libraries) {
  for (const version of [process.versions.node, '26.10.0']) {
    const title = `nobody wants spans: ${library.name} ${library.version}, Node ${version}`;
    test(`${title}: context passes, and log records have its ids`, async (t) => {
      const result = await run(t, library, version, traced);
      if (result === undefined) return;
      assert.deepEqual(result.spans, []);
      const printed = result.lines.filter((line) => line.startsWith('/'));
      assert.ok(printed.length >= 6 * traced.size, printed.join('\n'));
      const records = result.records.filter(({ body }) => String(body).startsWith('/'));
      assert.equal(records.length, printed.length);
      for (const { body, traceId, spanId } of records) {
        const [path = '', step, answer] = String(body).split(' ');
        const brought = traced.get(path);
        const [, wantedTrace = '', wantedSpan = ''] = brought?.split('-') ?? [];
        assert.deepEqual([traceId ?? '', spanId ?? ''], [wantedTrace, wantedSpan], String(body));
        if (step === 'got' || step === 'fetched') assert.equal(answer, brought ?? 'none');
      }
    });

    test(`${title}: no context is entered where none comes`, async (t) => {
      const result = await run(t, library, version, untraced);
      if (result === undefined) return;
      assert.ok(result.lines.includes('contexts: 0'), result.lines.join('\n'));
    });
  }
}

/** Runs the program with logs on and traces off, and sends it the requests. `undefined`: skipped. */
async function run(
  t: TestContext,
  { name, version, variable, start }: Library,
  on: string,
  incoming: Incoming,
) {
  const node = nodeVersion(on);
  const server = await start().catch((error) => {
    if (error instanceof Unavailable) return error;
    throw error;
  });
  if (typeof node !== 'string') return t.skip(node.message);
  if (server instanceof Unavailable) return t.skip(server.message);
  t.after(() => server.stop());
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const directory = layProgram(
    join(fixturesDirectory, 'core/unrecorded'),
    join(fixturesDirectory, 'versions', `${name}-${version}`),
  );
  const running = startProgram(
    ['--require', join(directory, 'count-contexts.cjs'), join(directory, 'app.cjs'), name],
    {
      node,
      preload: true,
      env: {
        [variable]: server.address,
        NODE_NO_WARNINGS: '1', // one client asked by several is deprecated in pg
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_NODE_ENABLED_INSTRUMENTATIONS: `http,undici,${name},console`,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      },
    },
  );
  const [, port] = await running.waitForStdout(/port (\d+)/);
  const paths = [...incoming.keys()];
  const send = (path: string) => request(Number(port), path, incoming.get(path));
  await Promise.all(paths.slice(0, -1).map(send));
  await send(paths.at(-1)!);
  const { stdout, stderr, exitCode } = await running.ended;
  assert.deepEqual([stderr, exitCode], ['', 0]);
  await receiver.drained();
  return { lines: stdout.trim().split('\n'), spans: receiver.spans, records: receiver.records };
}

function request(port: number, path: string, traceparent: string | undefined): Promise<void> {
  const headers = traceparent ? { traceparent } : {};
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', headers }, (response) => response.resume().on('end', resolve)).on(
      'error',
      reject,
    );
  });
}
