import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { startKafka } from '../../../harness/servers/kafka';
import { startPostgres } from '../../../harness/servers/postgres';
import { startRedis } from '../../../harness/servers/redis';
import { type TestServer, Unavailable } from '../../../harness/servers/server';
import { CLIENT, type Given, program, type Row, type Seen } from '../row';
import { requireParent } from './options';

const starters = { PG: startPostgres, REDIS: startRedis, KAFKA: startKafka };
const started = new Map<string, Promise<TestServer>>();

/** One server for all rows; `{PG_ADDRESS}` and the like are known to the program. */
const server =
  (name: keyof typeof starters) =>
  async (t: TestContext): Promise<Given | undefined> => {
    if (!started.has(name)) started.set(name, starters[name]());
    try {
      const { address } = await started.get(name)!;
      const { hostname = '', port = '' } = URL.canParse(address) ? new URL(address) : {};
      const run = { RUN_ID: randomBytes(4).toString('hex') };
      return { env: { [`${name}_ADDRESS`]: address, HOST: hostname, PORT: port, ...run } };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      t.skip(error.message);
      return undefined;
    }
  };

export async function stopServers(): Promise<void> {
  await Promise.allSettled([...started.values()].map(async (starting) => (await starting).stop()));
}

const queries = ({ spans }: Seen) =>
  spans
    .filter(({ scope }) => scope.name === 'otel-instrument/pg')
    .map(({ name, attributes }) => [name, attributes['db.query.text']]);

const raw = "SELECT 'secret' AS word";
const sanitized = 'SELECT ? AS word';

const pg = { program: () => program('settings', 'pg', 'calls.mjs'), args: ['pg'], before: server('PG') };

const queryTexts: Readonly<Record<string, string | undefined>> = { sanitized, raw, none: undefined };

const databases: readonly Row[] = [
  ...Object.entries(queryTexts).map(
    ([value, text]): Row => ({
      ...pg,
      variable: 'OTEL_INSTRUMENTATION_PG_QUERY_TEXT',
      value,
      see: (seen) => assert.deepEqual(queries(seen), Array(2).fill(['SELECT', text])),
    }),
  ),
  ...[
    'OTEL_INSTRUMENTATION_COMMON_DB_QUERY_SANITIZATION_ENABLED',
    'OTEL_INSTRUMENTATION_COMMON_DB_STATEMENT_SANITIZER_ENABLED',
  ].map(
    (variable): Row => ({
      ...pg,
      variable,
      value: 'false',
      see: (seen) => assert.deepEqual(queries(seen), Array(2).fill(['SELECT', raw])),
    }),
  ),
  {
    ...pg,
    variable: 'OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING',
    value: '{HOST}=any,{HOST}:{PORT}=orders-db',
    see({ spans }) {
      const named = spans.filter(({ scope }) => scope.name === 'otel-instrument/pg');
      assert.deepEqual(
        named.map(({ attributes }) => attributes['server.service.name']),
        ['orders-db', 'orders-db'],
      );
    },
  },
  ...requireParent('pg', 'pg', { before: server('PG') }),
  ...requireParent('redis', 'redis', { before: server('REDIS') }),
  ...requireParent('ioredis', 'ioredis', { before: server('REDIS') }),
];

const enabled = (['pg', 'redis', 'ioredis'] as const).map(
  (library): Row => ({
    variable: `OTEL_INSTRUMENTATION_${library.toUpperCase()}_ENABLED`,
    value: 'false',
    program: () => program('settings', library, 'calls.mjs'),
    args: [library],
    before: server(library === 'pg' ? 'PG' : 'REDIS'),
    see({ spans }) {
      // The request that the program makes to itself.
      assert.equal(spans.filter(({ kind }) => kind === CLIENT).length, 1);
      assert.ok(!spans.some(({ scope }) => scope.name === `otel-instrument/${library}`));
    },
  }),
);

const kafka = { program: () => program('kafkajs'), args: [], before: server('KAFKA') };

const messaging: readonly Row[] = [
  {
    ...kafka,
    variable: 'OTEL_INSTRUMENTATION_MESSAGING_EXPERIMENTAL_CAPTURE_HEADERS',
    value: 'shop,other',
    see({ spans }) {
      const captured = spans
        .filter(({ attributes }) => attributes['messaging.header.shop'] !== undefined)
        .map(({ name, attributes }) => [name.split(' ')[0], attributes['messaging.header.shop']]);
      // Sent, refused and handled.
      assert.deepEqual(captured.sort(), [
        ['process', ['a']],
        ['send', ['a']],
        ['send', ['a']],
      ]);
    },
  },
  {
    ...kafka,
    variable: 'OTEL_INSTRUMENTATION_KAFKAJS_ENABLED',
    value: 'false',
    see: ({ spans }) => assert.deepEqual(spans, []),
  },
];

export const servers: readonly Row[] = [...databases, ...enabled, ...messaging];
