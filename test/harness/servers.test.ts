import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Collector, startCollector } from './servers/collector';
import { startKafka, startKafkaMock } from './servers/kafka';
import { startPostgres } from './servers/postgres';
import { startRedis, startRedisDouble } from './servers/redis';
import { serverFor, sharedServer, shareServer, type TestServer } from './servers/server';

// These tests are about starting: what the test runner shares is not for them.
for (const name of ['POSTGRES', 'REDIS', 'KAFKA']) delete process.env[`OTEL_TEST_${name}`];

test('PostgreSQL answers a query', (t) => answers(t, startPostgres, askPostgres));
test('Redis answers a command', (t) => answers(t, startRedis, askRedis));
test('the double of Redis answers a command', (t) => answers(t, startRedisDouble, askRedis));
test('Kafka creates a topic on first use', (t) => answers(t, startKafka, askKafka));
test('the double of Kafka creates a topic on first use', (t) => answers(t, startKafkaMock, askKafka));
test('the Collector writes down what it receives', (t) => answers(t, startCollector, askCollector));

async function answers<S extends TestServer>(
  t: TestContext,
  start: () => Promise<S>,
  ask: (server: S) => Promise<void>,
): Promise<void> {
  const server = await serverFor(t, start);
  if (!server) return;
  t.diagnostic(`${server.kind}: ${server.description}`);
  await ask(server);
  await server.stop();
  await assert.rejects(open(server), /ECONNREFUSED/);
}

/** https://www.postgresql.org/docs/17/protocol-message-formats.html */
async function askPostgres(server: TestServer): Promise<void> {
  const socket = await open(server);
  const parameters = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
  socket.write(Buffer.concat([int32(parameters.length + 4), parameters]));
  const query = Buffer.from('select 6 * 7\0');
  socket.write(Buffer.concat([Buffer.from('Q'), int32(query.length + 4), query]));
  const [oneColumn, twoBytes] = ['\0\x01', '\0\0\0\x02'];
  await receive(socket, `${oneColumn}${twoBytes}42`);
}

/** https://redis.io/docs/latest/develop/reference/protocol-spec/ */
async function askRedis(server: TestServer): Promise<void> {
  const socket = await open(server);
  socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n');
  await receive(socket, '+OK\r\n$5\r\nvalue\r\n');
}

/** Metadata request, version 4: https://kafka.apache.org/39/design/protocol/#The_Messages_Metadata */
async function askKafka(server: TestServer): Promise<void> {
  const socket = await open(server);
  const [metadata, version, noClientId, allowAutoTopicCreation] = ['\0\x03', '\0\x04', '\xff\xff', '\x01'];
  const topics = '\0\0\0\x01\0\x06orders';
  const request = Buffer.from(
    `${metadata}${version}\0\0\0\x07${noClientId}${topics}${allowAutoTopicCreation}`,
    'latin1',
  );
  const ask = setInterval(() => socket.write(Buffer.concat([int32(request.length), request])), 50);
  try {
    // The error is LEADER_NOT_AVAILABLE (5) until the topic is there.
    const [oneTopic, noError] = ['\0\0\0\x01', '\0\0'];
    await receive(socket, `${oneTopic}${noError}\0\x06orders`);
  } finally {
    clearInterval(ask);
  }
}

async function askCollector(server: Collector): Promise<void> {
  const span = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', name: 'checkout' };
  const response = await fetch(`${server.address}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  assert.equal(response.status, 200);
  const { resourceSpans } = JSON.parse(await server.readReceived());
  const [received] = resourceSpans[0].scopeSpans[0].spans;
  assert.deepEqual({ traceId: received.traceId, spanId: received.spanId, name: received.name }, span);
}

test('a server dies with the process that started it, even when that is killed', async (t) => {
  const program = `
    const { startRedisDouble } = require('./test/harness/servers/redis.ts');
    startRedisDouble().then((server) => { console.log(server.address); setInterval(() => {}, 1000); });`;
  const owner = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', program], {
    cwd: resolve(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => owner.kill('SIGKILL'));
  const [address] = await once(owner.stdout, 'data');
  const client = await open({ address: String(address).trim() });
  client.on('error', () => {}); // a reset connection is closed as well
  const closed = new Promise((resolve) => client.once('close', resolve));
  owner.kill('SIGKILL');
  await closed;
});

test('a shared server is found through the environment and not stopped by those who use it', async (t) => {
  const server = await startRedisDouble();
  t.after(() => server.stop());
  t.after(() => delete process.env.OTEL_TEST_REDIS);
  Object.assign(process.env, shareServer('redis', server));
  const { stop, ...found } = sharedServer('redis')!;
  assert.deepEqual(found, { address: server.address, kind: server.kind, description: server.description });
  await stop();
  await askRedis(server);

  process.env.OTEL_TEST_REDIS = 'redis://127.0.0.1:6379';
  assert.throws(() => sharedServer('redis'), /OTEL_TEST_REDIS: expected "real\|<description>\|<address>"/);
});

async function open(server: { readonly address: string }): Promise<Socket> {
  const { hostname, port } = new URL(
    server.address.includes('://') ? server.address : `kafka://${server.address}`,
  );
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Reads until the text is there; fails when the server closes the connection before. */
async function receive(socket: Socket, expected: string): Promise<void> {
  let received = '';
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('latin1');
    if (received.includes(expected)) return;
  }
  assert.fail(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(received)}`);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
