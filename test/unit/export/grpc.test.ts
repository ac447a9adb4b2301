import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import protobuf from 'protobufjs';
import type { Outcome, Transport } from '../../../src/export/outcome';
import { createGrpcTransport, type GrpcTarget } from '../../../src/export/transport/grpc';
import { outcomeOfStatus } from '../../../src/export/transport/grpc-status';
import { encodePartialSuccess } from '../../harness/decode';
import { startFullServer } from '../../harness/full-server';
import { type GrpcReceiver, grpc, startGrpcReceiver } from '../../harness/grpc-receiver';
import { sendSync } from '../../harness/send-sync';
import { startCollector } from '../../harness/servers/collector';
import { serverFor } from '../../harness/servers/server';

const nothing = new Uint8Array();

/** `google.rpc.Status` with one detail, written by another encoder than ours. */
function statusDetails(type: string, detail: Uint8Array): Buffer {
  const { Writer } = protobuf;
  const any = Writer.create()
    .uint32(10)
    .string(`type.googleapis.com/${type}`)
    .uint32(18)
    .bytes(detail)
    .finish();
  return Buffer.from(Writer.create().uint32(8).int32(14).uint32(26).bytes(any).finish());
}

function retryInfo(seconds: number, nanos = 0): Buffer {
  const { Writer } = protobuf;
  const duration = Writer.create().uint32(8).int64(seconds).uint32(16).int32(nanos).finish();
  return statusDetails('google.rpc.RetryInfo', Writer.create().uint32(10).bytes(duration).finish());
}

describe('what a status means', () => {
  const retryable = [1, 4, 10, 11, 14, 15];
  for (let code = 1; code <= 17; code++) {
    test(`status ${code}`, () =>
      assert.equal(outcomeOfStatus(code).kind, retryable.includes(code) ? 'retryable' : 'failure'));
  }

  const delays: readonly [title: string, code: number, details: Buffer | undefined, outcome: object][] = [
    ['UNAVAILABLE that says when', 14, retryInfo(3, 500_000_000), { kind: 'retryable', delayMillis: 3500 }],
    ['UNAVAILABLE, at once', 14, retryInfo(0), { kind: 'retryable', delayMillis: undefined }],
    ['RESOURCE_EXHAUSTED that says when', 8, retryInfo(2), { kind: 'retryable', delayMillis: 2000 }],
    ['RESOURCE_EXHAUSTED, at once', 8, retryInfo(0), { kind: 'retryable', delayMillis: 0 }],
    ['for a day', 14, retryInfo(86_400), { kind: 'retryable', delayMillis: 300_000 }],
    ['in the past', 14, retryInfo(-5), { kind: 'retryable', delayMillis: undefined }],
    [
      'other details',
      14,
      statusDetails('google.rpc.Help', nothing),
      { kind: 'retryable', delayMillis: undefined },
    ],
    [
      'RESOURCE_EXHAUSTED with other details',
      8,
      statusDetails('google.rpc.Help', nothing),
      { kind: 'failure' },
    ],
    ['INTERNAL that says when', 13, retryInfo(1), { kind: 'failure' }],
    ['cut off', 14, retryInfo(3).subarray(0, 20), { kind: 'retryable', delayMillis: undefined }],
  ];
  for (const [title, code, details, expected] of delays) {
    test(title, () => {
      const { reason: _, ...outcome } = outcomeOfStatus(code, '', details?.toString('base64')) as {
        reason: string;
      };
      assert.deepEqual(outcome, expected);
    });
  }

  test('the message', () => {
    assert.equal(reasonOf(outcomeOfStatus(16, 'no%20key%0a gr%C3%BCn')), 'UNAUTHENTICATED, no key  grün');
    assert.equal(reasonOf(outcomeOfStatus(16, '100%')), 'UNAUTHENTICATED, 100%');
    assert.equal(reasonOf(outcomeOfStatus(3, 'x'.repeat(10_000))).length, 'INVALID_ARGUMENT, '.length + 200);
    assert.equal(reasonOf(outcomeOfStatus(99)), 'status 99');
  });

  test('a message that is too large for the server can be split', () => {
    const message = 'grpc: received message larger than max (5000000 vs. 4194304)';
    assert.equal(outcomeOfStatus(8, encodeURIComponent(message)).kind, 'tooLarge');
  });
});

const reasonOf = (outcome: Outcome) => (outcome as { reason: string }).reason;

describe('gRPC', () => {
  async function receiver(
    t: TestContext,
    ...args: Parameters<typeof startGrpcReceiver>
  ): Promise<GrpcReceiver> {
    const started = await startGrpcReceiver(...args);
    t.after(() => started.stop());
    return started;
  }
  function transportTo(t: TestContext, url: string, options: Partial<GrpcTarget> = {}): Transport {
    const target = {
      url,
      headers: { 'x-key': 'secret', host: 'other', te: 'x' },
      compression: 'none',
      ...options,
    };
    const transport = createGrpcTransport(target as GrpcTarget, 'traces', 'agent/1');
    t.after(() => transport.shutdown());
    return transport;
  }
  const send = (transport: Transport, body: Uint8Array, timeoutMillis = 5000) => {
    const keepsAlive = setInterval(() => {}, 1000);
    return new Promise<Outcome>((resolve) => transport.send(body, timeoutMillis, resolve)).finally(() =>
      clearInterval(keepsAlive),
    );
  };
  /** An unknown field that every message may have. */
  const body = (text: string) => protobuf.Writer.create().uint32(8002).string(text).finish();

  for (const compression of ['none', 'gzip'] as const) {
    test(`sends messages and metadata over one connection, ${compression}`, async (t) => {
      const { port, calls, ...rest } = await receiver(t);
      rest.answer = () => undefined;
      const transport = transportTo(t, `http://us%20er:p%40ss@127.0.0.1:${port}/ignored`, { compression });
      const large = new Uint8Array(3_000_000);
      const bodies = [nothing, large, nothing];
      for (const each of bodies) await send(transport, each, 4321);
      assert.deepEqual(
        calls.map((call) => call.body.length),
        bodies.map((each) => each.length),
      );
      assert.equal(new Set(calls.map(({ peer }) => peer)).size, 1);
      const [call] = calls;
      assert.equal(call!.path, '/opentelemetry.proto.collector.trace.v1.TraceService/Export');
      assert.equal(call!.metadata['x-key'], 'secret');
      assert.equal(call!.metadata['user-agent'], 'agent/1');
      assert.equal(call!.metadata.authorization, `Basic ${Buffer.from('us er:p@ss').toString('base64')}`);
      assert.ok(call!.timeLeftMillis > 3000 && call!.timeLeftMillis <= 4400, `${call!.timeLeftMillis}`);
    });
  }

  test('what the server answers', async (t) => {
    const server = await receiver(t);
    const transport = transportTo(t, `http://127.0.0.1:${server.port}`);
    server.answer = () => ({ body: encodePartialSuccess(3, 'too old') });
    assert.deepEqual(await send(transport, nothing), {
      kind: 'success',
      rejected: { count: 3, message: 'too old' },
    });
    server.answer = () => ({ code: grpc.status.UNAVAILABLE!, message: 'too busy', details: retryInfo(7) });
    assert.deepEqual(await send(transport, nothing), {
      kind: 'retryable',
      reason: 'UNAVAILABLE, too busy',
      delayMillis: 7000,
    });
    server.answer = () => ({ code: grpc.status.PERMISSION_DENIED!, message: 'no' });
    assert.deepEqual(await send(transport, nothing), { kind: 'failure', reason: 'PERMISSION_DENIED, no' });
    server.answer = () => ({ body: new Uint8Array(4 * 1024 * 1024 + 1) });
    assert.equal((await send(transport, nothing)).kind, 'failure');
    server.answer = () => ({ body: new Uint8Array() });
    assert.deepEqual(await send(transport, nothing), { kind: 'success' });
  });

  test('a message that is larger than the server takes', async (t) => {
    const { port } = await receiver(t, undefined, undefined, { 'grpc.max_receive_message_length': 1000 });
    assert.equal(
      (await send(transportTo(t, `http://127.0.0.1:${port}`), body('x'.repeat(2000)))).kind,
      'tooLarge',
    );
  });

  test('an answer in gzip', async (t) => {
    const server = await receiver(t, undefined, undefined, { 'grpc.default_compression_algorithm': 2 });
    server.answer = () => ({ body: encodePartialSuccess(1, 'x'.repeat(5000)) });
    const outcome = await send(transportTo(t, `http://127.0.0.1:${server.port}`), nothing);
    assert.equal((outcome as { rejected: { message: string } }).rejected.message.length, 200);
  });

  test('no answer in time, and then on a new connection', async (t) => {
    const server = await receiver(t);
    server.answer = (_call, index) => ({ hangs: index === 0 });
    const transport = transportTo(t, `http://127.0.0.1:${server.port}`);
    assert.deepEqual(await send(transport, nothing, 200), {
      kind: 'retryable',
      reason: 'no answer in 200 ms',
      isUnanswered: true,
    });
    assert.deepEqual(await send(transport, nothing), { kind: 'success' });
    assert.equal(new Set(server.calls.map(({ peer }) => peer)).size, 2);
  });

  test('a server that goes away and comes back', async (t) => {
    const first = await startGrpcReceiver();
    t.after(() => first.stop());
    const transport = transportTo(t, `http://127.0.0.1:${first.port}`);
    assert.deepEqual(await send(transport, nothing), { kind: 'success' });
    first.stop();
    const lost = await send(transport, nothing);
    assert.deepEqual([lost.kind, reasonOf(lost)], ['retryable', 'ECONNREFUSED']);
    await receiver(t, `127.0.0.1:${first.port}`);
    assert.deepEqual(await send(transport, nothing), { kind: 'success' });
  });

  test('a connection that the server wants to end (GOAWAY) is left', async (t) => {
    const server = await receiver(t, undefined, undefined, { 'grpc.max_connection_age_ms': 200 });
    const transport = transportTo(t, `http://127.0.0.1:${server.port}`);
    const until = performance.now() + 3000;
    while (new Set(server.calls.map(({ peer }) => peer)).size < 3) {
      const outcome = await send(transport, nothing);
      // Servers of older Node versions close before the last answer is whole.
      if (outcome.kind !== 'success')
        assert.deepEqual([outcome.kind, reasonOf(outcome)], ['retryable', 'CONNECTION_CLOSED']);
      assert.ok(performance.now() < until, 'no new connection was opened');
    }
  });

  test('over a Unix domain socket', async (t) => {
    const path = join(tmpdir(), `otlp-${process.pid}.sock`);
    const { calls } = await receiver(t, `unix:${path}`);
    const transport = transportTo(t, 'http://localhost', { socketPath: path });
    assert.deepEqual(await send(transport, nothing), { kind: 'success' });
    assert.equal(calls.length, 1);
    const missing = await send(transportTo(t, 'http://localhost', { socketPath: `${path}-not` }), nothing);
    assert.deepEqual([missing.kind, reasonOf(missing)], ['retryable', 'ENOENT']);
  });

  test('nobody listens', async (t) => {
    const outcome = await send(transportTo(t, 'http://127.0.0.1:1'), nothing);
    assert.deepEqual([outcome.kind, reasonOf(outcome)], ['retryable', 'ECONNREFUSED']);
  });

  test('a server that accepts and says nothing', async (t) => {
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const outcome = await send(transportTo(t, `http://127.0.0.1:${port}`), nothing, 150);
    assert.equal(reasonOf(outcome), 'no answer in 150 ms');
  });

  test('a connection that is given up before it opens', async (t) => {
    const full = await startFullServer();
    t.after(() => full.stop());
    const transport = transportTo(t, `http://127.0.0.1:${full.port}`);
    const sent = send(transport, nothing);
    setTimeout(() => transport.shutdown(), 50);
    assert.equal((await sent).kind, 'retryable');
  });

  const strange: readonly [title: string, headers: Record<string, string | number>, outcome: Outcome][] = [
    [
      '503 without a gRPC status',
      { ':status': 503 },
      { kind: 'retryable', reason: 'HTTP 503 and no gRPC status' },
    ],
    [
      '404 without a gRPC status',
      { ':status': 404 },
      { kind: 'failure', reason: 'HTTP 404 and no gRPC status' },
    ],
    ['200 without a gRPC status', { ':status': 200 }, { kind: 'failure', reason: 'NO_GRPC_STATUS' }],
    ['the status in the headers', { ':status': 200, 'grpc-status': '0' }, { kind: 'success' }],
  ];
  for (const [title, headers, expected] of strange) {
    test(title, async (t) => {
      const server = createHttp2Server();
      server.on('stream', (stream) => {
        stream.on('error', () => {});
        stream.respond(headers, { endStream: true });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      assert.deepEqual(await send(transportTo(t, `http://127.0.0.1:${port}`), nothing), expected);
    });
  }
});

describe('gRPC at the end of a process, by system calls', () => {
  async function receiver(
    t: TestContext,
    ...args: Parameters<typeof startGrpcReceiver>
  ): Promise<GrpcReceiver> {
    const started = await startGrpcReceiver(...args);
    t.after(() => started.stop());
    return started;
  }
  const outcomeOf = async (
    ...args: Parameters<typeof sendSync> extends [unknown, ...infer Rest] ? Rest : never
  ) => (await sendSync('grpc', ...args)).outcome;
  /** A resource with nothing in it: many of them are a request of any size that every receiver takes. */
  const emptyResource = '\n\0';

  for (const host of ['127.0.0.1', 'localhost']) {
    test(`to ${host}, with metadata`, async (t) => {
      const { port, calls } = await receiver(t);
      assert.deepEqual(await outcomeOf({ url: `http://us:er@${host}:${port}` }), { kind: 'success' });
      const [{ metadata, timeLeftMillis, path }] = calls as [GrpcReceiver['calls'][0]];
      assert.equal(path, '/opentelemetry.proto.collector.trace.v1.TraceService/Export');
      assert.equal(metadata['x-key'], 'secret');
      assert.equal(metadata['user-agent'], 'agent/1');
      assert.equal(metadata.authorization, `Basic ${Buffer.from('us:er').toString('base64')}`);
      assert.ok(timeLeftMillis > 1000 && timeLeftMillis <= 5000, `${timeLeftMillis}`);
    });
  }

  test('more than the windows of the server', async (t) => {
    const { port, calls } = await receiver(t);
    for (const compression of ['none', 'gzip'] as const) {
      const target = { url: `http://127.0.0.1:${port}`, compression };
      assert.deepEqual(await outcomeOf(target, emptyResource, { count: 1_000_000 }), { kind: 'success' });
    }
    assert.deepEqual(
      calls.map(({ body }) => body.length),
      [2_000_000, 2_000_000],
    );
  });

  test('to the real Collector', async (t) => {
    const collector = await serverFor(t, startCollector);
    if (collector === undefined) return;
    const url = `http://${collector.grpcAddress}`;
    assert.deepEqual(await outcomeOf({ url }, emptyResource, { count: 500_000 }), { kind: 'success' });
    // A size in the message is larger than the message.
    assert.deepEqual(await outcomeOf({ url }, '\n\x7f'), { kind: 'failure', reason: 'INTERNAL' });
  });

  for (const code of [1, 8, 10, 13, 14, 16, 17]) {
    test(`status ${code}`, async (t) => {
      const server = await receiver(t);
      server.answer = () => ({ code, message: 'grpc-status', details: retryInfo(1) });
      const { kind, reason } = (await outcomeOf({ url: `http://127.0.0.1:${server.port}` })) as {
        kind: string;
        reason: string;
      };
      const expected = outcomeOfStatus(code);
      assert.deepEqual([kind, reason], [expected.kind, reasonOf(expected)]);
    });
  }

  test('over a Unix domain socket', async (t) => {
    const socketPath = join(tmpdir(), `otlp-sync-${process.pid}.sock`);
    const { calls } = await receiver(t, `unix:${socketPath}`);
    assert.deepEqual(await outcomeOf({ url: 'http://localhost', socketPath }), { kind: 'success' });
    assert.equal(calls.length, 1);
  });

  test('nobody listens', async () =>
    assert.deepEqual(await outcomeOf({ url: 'http://127.0.0.1:1' }), {
      kind: 'retryable',
      reason: 'ECONNREFUSED',
    }));

  test('a server that does not answer, within the budget', async (t) => {
    const server = await receiver(t);
    server.answer = () => ({ hangs: true });
    const { outcome, durationMillis } = await sendSync(
      'grpc',
      { url: `http://127.0.0.1:${server.port}` },
      '',
      { budgetMillis: 200 },
    );
    assert.deepEqual(outcome, { kind: 'retryable', reason: 'no answer', isUnanswered: true });
    assert.ok(durationMillis >= 200 && durationMillis < 400, `${durationMillis}`);
  });

  test('a server that never stops talking, within the budget', async (t) => {
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const pings = Buffer.concat(Array<Buffer>(1000).fill(ping));
    const server = createTcpServer((socket) => {
      const talk = () => socket.write(pings, (error) => !error && !socket.destroyed && setImmediate(talk));
      socket.on('error', () => {}).resume();
      socket.write(settings, talk);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const target = { url: `http://127.0.0.1:${port}` };
    const { outcome, durationMillis } = await sendSync('grpc', target, '', { budgetMillis: 200 });
    assert.equal(reasonOf(outcome), 'no answer');
    assert.ok(durationMillis < 500, `${durationMillis}`);
  });

  test('a server that says nothing, or HTTP/1', async (t) => {
    for (const [says, reason] of [
      ['', 'CONNECTION_CLOSED'],
      ['HTTP/1.1 400 Bad Request\r\n\r\n', 'ERR_HTTP2_ERROR'],
    ] as const) {
      const server = createTcpServer((socket) =>
        socket.on('error', () => {}).once('data', () => socket.end(says)),
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      assert.equal(reasonOf(await outcomeOf({ url: `http://127.0.0.1:${port}` })), reason);
    }
  });
});
