import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../harness/node-versions';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramOptions, runProgram } from '../harness/run-program';
import { startKafka } from '../harness/servers/kafka';
import { startPostgres } from '../harness/servers/postgres';
import { startRedis } from '../harness/servers/redis';
import { type TestServer, Unavailable } from '../harness/servers/server';
import { layProgram } from '../harness/twin';
import { fixturesDirectory, versionSets } from '../harness/version-sets';

const fixture = join(fixturesDirectory, 'core/collectable');

/** Programs whose first request is over and whose objects nobody needs any more: the file, what it does, and the library for that. */
const cases: readonly (readonly [file: string, name: string, library?: string, server?: ServerName])[] = [
  ['servers', 'http'],
  ['servers', 'aborted'],
  ['servers', 'upgrade'],
  ['servers', 'keep-alive'],
  ['servers', 'upgrade, kept open'],
  ['servers', 'http2'],
  ['servers', 'express', 'express'],
  ['servers', 'express error', 'express'],
  ['servers', 'fastify', 'fastify'],
  ['servers', 'koa', 'koa'],
  ['servers', 'hono', 'hono'],
  ['clients', 'http'],
  ['clients', 'http keep-alive'],
  ['clients', 'http aborted'],
  ['clients', 'http unread'],
  ['clients', 'http refused'],
  ['clients', 'fetch'],
  ['clients', 'fetch cancelled'],
  ['clients', 'fetch aborted'],
  ['clients', 'http2'],
  ['databases', 'pg', 'pg', 'postgres'],
  ['databases', 'redis', 'redis', 'redis'],
  ['databases', 'ioredis', 'ioredis', 'redis'],
  ['databases', 'kafkajs', 'kafkajs', 'kafka'],
  ['lazy', 'interval'],
  ['lazy', 'interval with requests'],
  ['lazy', 'keep-alive agent'],
  ['lazy', 'fetch'],
  ['lazy', 'http2'],
  ['lazy', 'server'],
  ['lazy', 'worker that has ended'],
  ['lazy', 'pg', 'pg', 'postgres'],
  ['lazy', 'ioredis', 'ioredis', 'redis'],
  ['lazy', 'redis', 'redis', 'redis'],
  ['lazy', 'kafkajs', 'kafkajs', 'kafka'],
  ['loggers', 'pino', 'pino'],
  ['loggers', 'winston', 'winston'],
  ['loggers', 'bunyan', 'bunyan'],
];

/** Node 18 makes a promise of every module of its own that loads; from 24 on, AsyncLocalStorage is another one. */
const onOtherVersions = new Set([
  'servers: http',
  'servers: http2',
  'clients: http',
  'clients: fetch',
  'lazy: interval with requests',
]);

const starters = { postgres: startPostgres, redis: startRedis, kafka: startKafka };
type ServerName = keyof typeof starters;
const servers: Partial<Record<ServerName, Promise<TestServer>>> = {};
after(async () => {
  for (const server of Object.values(servers)) await (await server.catch(() => undefined))?.stop();
});

describe('what a request held can be collected after it', { concurrency: 3 }, () => {
  for (const [file, name, library, server] of cases) {
    const others = onOtherVersions.has(`${file}: ${name}`) ? ['18.19.0', '24.21.0'] : [];
    for (const version of [process.versions.node, ...others]) {
      test(`${file}: ${name} on Node ${version}`, async (t) => {
        const node = nodeVersion(version);
        if (typeof node !== 'string') return t.skip(node.message);
        const env = server && (await addressOf(t, server));
        if (server && !env) return;
        const directory = library ? layProgram(fixture, versionSets(library).at(-1)!.directory) : fixture;
        await assertCollectable(t, ['--expose-gc', join(directory, `${file}.cjs`), name], { node, env });
      });
    }
  }
});

async function assertCollectable(t: TestContext, args: readonly string[], options: ProgramOptions) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const runId = () => randomBytes(4).toString('hex');
  const [plain, traced] = await Promise.all([
    runProgram(args, { ...options, env: { ...options.env, RUN_ID: runId() } }),
    runProgram(args, {
      ...options,
      preload: true,
      // All signals, and until the end nothing is sent: what waits holds nothing either.
      env: {
        ...options.env,
        RUN_ID: runId(),
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_BSP_SCHEDULE_DELAY: '60000',
        OTEL_NODE_EXIT_TIMEOUT: '10000',
      },
    }),
  ]);
  assert.deepEqual([traced.stderr, traced.exitCode], [plain.stderr, plain.exitCode]);
  const [watched, alive] = readReport(plain.stdout);
  const [watchedByUs, aliveByUs] = readReport(traced.stdout);
  assert.deepEqual(watchedByUs, watched);
  assert.ok(alive.length < watched.length, 'something must be collectable in the first place');
  assert.deepEqual(
    aliveByUs.filter((each) => !alive.includes(each)),
    [],
  );
  await receiver.drained();
  assert.ok(receiver.spans.length >= 3, 'the requests were traced');
}

/** What was watched, and what of it was alive at the end. */
function readReport(stdout: string): [string[], string[]] {
  const [watched = '', alive = ''] = stdout.split('\n');
  assert.match(alive, /^alive: /);
  return [watched.split(', '), alive.slice('alive: '.length).split(', ').filter(Boolean)];
}

async function addressOf(t: TestContext, name: ServerName): Promise<Record<string, string> | undefined> {
  try {
    const { address } = await (servers[name] ??= starters[name]());
    const variable = { postgres: 'PG_ADDRESS', redis: 'REDIS_ADDRESS', kafka: 'KAFKA_ADDRESS' }[name];
    return { [variable]: address };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    t.skip(error.message);
    return undefined;
  }
}
