import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureInstalled } from '../harness/install';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { type ProgramRun, runProgram } from '../harness/run-program';
import { scenario } from '../harness/scenario';
import { startKafka } from '../harness/servers/kafka';
import { serverFor } from '../harness/servers/server';
import { layProgram } from '../harness/twin';
import { fixturesDirectory } from '../harness/version-sets';

const servers = { kafka: startKafka };
const kafka = (topic: string, operation: string) =>
  `messaging.system.name=kafka messaging.client.id=kafkajs messaging.destination.name=${topic} ` +
  `messaging.operation.name=${operation} messaging.operation.type=${operation}`;
const server = 'server.address={kafka.host} server.port={kafka.port}';
const partition = 'messaging.destination.partition.id="0"';

const odd = `${kafka('odd-{run.id}', 'send')} ${server}`;
const handled = (offset: number) =>
  `process odd-{run.id} CONSUMER ${kafka('odd-{run.id}', 'process')} ${server} ${partition}
      | messaging.consumer.group.name=odd-{run.id} kafka.offset=${offset}`;

scenario('kafkajs: odd messages arrive as without us, and a context of the program stays', {
  fixture: 'kafkajs',
  app: 'odd',
  versions: '>=2.2.0',
  servers,
  variables: { longKey: 'k'.repeat(256) },
  expect: `
  send odd-{run.id} PRODUCER ${odd} ${partition} messaging.batch.message_count=2
    ${handled(0)} kafka.message.tombstone=true
      link: send odd-{run.id}
    ${handled(1)} kafka.message.tombstone=true
      link: send odd-{run.id}
  send odd-{run.id} PRODUCER ${odd} ${partition} kafka.offset=2
    link: ...
  send odd-{run.id} PRODUCER ${odd} ${partition} kafka.offset=3 kafka.message.key={longKey}
    ${handled(3)} kafka.message.key={longKey}
      link: send odd-{run.id}
  send odd-{run.id} PRODUCER ERROR "Invalid message without value for topic \\"odd-{run.id}\\": {{\\"key\\":\\"no value\\"}"
    | ${odd} kafka.message.key="no value" error.type=KafkaJSNonRetriableError
  send odd-{run.id} PRODUCER ERROR "Cannot convert undefined or null to object"
    | ${odd} error.type=TypeError
  ... ${handled(2)}
      link: ...`,
});

const get = (path: string) => `
  GET CLIENT http.request.method=GET url.full=http://localhost:{port}${path} server.address=localhost server.port={port}
    | http.response.status_code=200 network.protocol.version="1.1" network.peer.address={string} network.peer.port={port}
    GET SERVER http.request.method=GET url.path=${path} url.scheme=http server.address=localhost server.port={port}
      | http.response.status_code=200 network.protocol.version="1.1" client.address={string}
      | network.peer.address={string} network.peer.port={port}`;
const indented = (text: string, by: number) => text.replace(/^/gm, ' '.repeat(by));
const unordered = (text: string) => text.replace('  GET CLIENT', '  ~ GET CLIENT');

scenario('kafkajs: connections and the fetch loop are no part of the request that needed them first', {
  fixture: 'kafkajs',
  app: 'lazy',
  versions: '>=2.2.0',
  servers,
  expect: `
${unordered(get('/order'))}
      send lazy-{run.id} PRODUCER ${kafka('lazy-{run.id}', 'send')} ${server} ${partition} kafka.offset=0
        process lazy-{run.id} CONSUMER ${kafka('lazy-{run.id}', 'process')} ${server} ${partition}
          | kafka.offset=0 messaging.consumer.group.name=lazy-{run.id}
          link: send lazy-{run.id}
${indented(get('/handled/0'), 8)}
${unordered(get('/event'))}
${unordered(get('/fetch'))}`,
});

const values = ['{"id":12345678901234567890,"metadata":{"by":"shop"},"price":1.0}', '[1.0]', 'text', 'null'];

test('kafkajs: without an envelope nothing is added for a broker whose messages have no headers', async (t) => {
  const ran = await runOnOldBroker(t, {});
  if (!ran) return;
  assert.equal(ran.traced.stdout, ran.plain.stdout.replaceAll(ran.plainId, ran.id));
  assert.equal(ran.traced.stderr, ran.plain.stderr);
  assert.match(ran.traced.stdout, /^headers $/m);
  assert.deepEqual(linksOf(ran.spans), [0, 0, 0, 0]);
  const roots = ran.spans.filter(
    ({ parentSpanId }) => parentSpanId === undefined || /^0*$/.test(parentSpanId),
  );
  assert.equal(roots.length, 8);
});

test('kafkajs: metadata.otel carries the context where headers are lost', async (t) => {
  const ran = await runOnOldBroker(t, { OTEL_NODE_MESSAGING_ENVELOPE: 'metadata.otel' });
  if (!ran) return;
  assert.deepEqual(linksOf(ran.spans), [1, 0, 0, 0]);
  const { sent, got } = linesOf(ran.traced);
  assert.equal(sent, values.join(' '), "the program's messages are not changed");
  assert.deepEqual(got.slice(1), values.slice(1));
  const [parent] = ran.spans.filter(({ name }) => name.startsWith('send'));
  const otel = `"otel":{"traceparent":"00-${parent!.traceId}-${parent!.spanId}-03"},`;
  assert.equal(
    got[0],
    values[0]!.replace('"metadata":{', `"metadata":{${otel}`),
    'the handler gets the bytes as sent',
  );
});

test('kafkajs: metadata.otel+wrap wraps other JSON, but no text and no tombstone', async (t) => {
  const ran = await runOnOldBroker(t, { OTEL_NODE_MESSAGING_ENVELOPE: 'metadata.otel+wrap' });
  if (!ran) return;
  assert.deepEqual(linksOf(ran.spans), [1, 1, 0, 0]);
  const { got } = linesOf(ran.traced);
  assert.match(
    got[1]!,
    /^\{"data":\[1\.0\],"metadata":\{"otel":\{"traceparent":"00-[0-9a-f]{32}-[0-9a-f]{16}-03"\}\}\}$/,
  );
  assert.deepEqual(got.slice(2), values.slice(2));
});

type Spans = Awaited<ReturnType<typeof startOtlpReceiver>>['spans'];

/** Runs the program with and without us on a Kafka that claims to be older than 0.11. */
async function runOnOldBroker(t: TestContext, env: Record<string, string>) {
  const broker = await serverFor(t, startKafka);
  if (!broker) return undefined;
  if (broker.kind === 'double') {
    t.skip(`${broker.description} refuses Produce requests before version 3`);
    return undefined;
  }
  const address = await startOldBroker(t, broker.address);
  ensureInstalled(fixturesDirectory);
  const directory = join(fixturesDirectory, 'versions/kafkajs-2.2.4');
  const program = join(layProgram(join(fixturesDirectory, 'kafkajs'), directory), 'old.mjs');
  const run = (more: Record<string, string>, preload: boolean) =>
    runProgram([program], { cwd: directory, env: { KAFKA_ADDRESS: address, ...env, ...more }, preload });
  const plainId = randomBytes(4).toString('hex');
  const plain = await run({ RUN_ID: plainId }, false);
  assert.equal(plain.exitCode, 0, plain.stderr);
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const id = randomBytes(4).toString('hex');
  const traced = await run({ RUN_ID: id, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, true);
  assert.equal(traced.exitCode, 0, traced.stderr);
  await receiver.drained();
  return { plain, plainId, traced, id, spans: receiver.spans };
}

function linesOf({ stdout }: ProgramRun) {
  const lines = stdout.split('\n');
  const after = (word: string) =>
    lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));
  return { sent: after('own ')[0], got: after('got ') };
}

/** For each processed message how many messages' contexts were found. */
function linksOf(spans: Spans): number[] {
  return spans.filter(({ name }) => name.startsWith('process')).map(({ links }) => links?.length ?? 0);
}

/** Passes everything on to a broker, but limits the Produce requests in its answer to ApiVersions to version 2. */
async function startOldBroker(t: TestContext, address: string): Promise<string> {
  const [host, port] = address.split(':');
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => client.destroy() && upstream.destroy());
    }
    client.pipe(upstream);
    let isFirst = true;
    upstream.on('data', (data) => {
      client.write(isFirst ? limitProduce(data) : data);
      isFirst = false;
    });
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(proxy.address() as { port: number }).port}`;
}

/** Size, correlation id, error code (4, 4 and 2 bytes), then an array of API key, lowest and highest version (2 bytes each). */
function limitProduce(response: Buffer): Buffer {
  const produce = 0;
  const count = response.readInt32BE(10);
  for (let at = 14; at < 14 + 6 * count; at += 6) {
    if (response.readInt16BE(at) === produce) response.writeInt16BE(2, at + 4);
  }
  return response;
}
