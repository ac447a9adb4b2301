import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { watchLog } from '../../../src/diag/log';
import type { Sampler } from '../../../src/sdk/trace/sampling/sampler';
import { grpc } from '../../harness/grpc-receiver';
import { type Asked, isSampled, samplerOf, traceIdAt } from './ask';
import { startJsonServer } from './json-server';
import { startStrategyServer } from './strategy-server';

const at = (share: number): Asked => ({ traceId: lowBitsAt(share) });

/** A trace id whose low 64 bits are this share of all. */
function lowBitsAt(share: number): string {
  return `${'a'.repeat(16)}${BigInt(Math.floor(share * 2 ** 52))
    .toString(16)
    .padStart(13, '0')}000`;
}

const remote = (endpoint: string, pollingIntervalMillis = 100): Sampler =>
  samplerOf({
    kind: 'jaeger_remote',
    endpoint,
    pollingIntervalMillis,
    initial: { kind: 'trace_id_ratio', ratio: 0.5 },
  });

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Waits until the sampler says so of a span; a test's own time limit ends it otherwise. */
async function until(sampler: Sampler, asked: Asked, expected: boolean): Promise<void> {
  while (isSampled(sampler, asked) !== expected) await soon();
}

describe('strategies of the remote sampling API', { timeout: 20_000 }, () => {
  test('the initial sampler, a ratio, and a change of it', async (t) => {
    let samplingRate = 0.25;
    const server = await startJsonServer(t, () => ({
      strategyType: 'PROBABILISTIC',
      probabilisticSampling: { samplingRate },
    }));
    const sampler = remote(`${server.url}/api/sampling`);
    assert.equal(isSampled(sampler, at(0.4)), true);
    await until(sampler, at(0.4), false);
    assert.deepEqual(server.requests[0], {
      method: 'GET',
      url: '/api/sampling?service=shop',
      body: undefined,
    });
    assert.deepEqual([isSampled(sampler, at(0.2)), isSampled(sampler, at(0.3))], [true, false]);
    samplingRate = 1;
    await until(sampler, at(0.99), true);
    assert.ok(server.requests.length >= 2);
  });

  test('so many a second', async (t) => {
    const server = await startJsonServer(t, () => ({
      strategyType: 'RATE_LIMITING',
      rateLimitingSampling: { maxTracesPerSecond: 3 },
    }));
    const sampler = remote(`${server.url}/sampling`);
    await until(sampler, at(0.9), true);
    const taken = Array.from({ length: 100 }, () => isSampled(sampler, at(0.9))).filter(Boolean);
    assert.equal(taken.length, 2, 'and the one that was waited for');
    assert.equal(server.requests[0]!.url, '/sampling?service=shop');
  });

  test('a ratio for each operation, and a lower bound', async (t) => {
    const server = await startJsonServer(t, () => ({
      strategyType: 'PROBABILISTIC',
      probabilisticSampling: { samplingRate: 0 },
      operationSampling: {
        defaultSamplingProbability: 0.5,
        defaultLowerBoundTracesPerSecond: 0,
        perOperationStrategies: [
          { operation: '/product', probabilisticSampling: { samplingRate: 0.1 } },
          { operation: '/admin', probabilisticSampling: { samplingRate: 1 } },
          { operation: '/metrics', probabilisticSampling: {} },
        ],
      },
    }));
    const sampler = remote(`${server.url}/sampling`);
    await until(sampler, { ...at(0.9), name: '/admin' }, true);
    const table: [name: string, share: number, expected: boolean][] = [
      ['/product', 0.09, true],
      ['/product', 0.11, false],
      ['/admin', 0.99, true],
      ['/metrics', 0, false],
      ['/other', 0.4, true],
      ['/other', 0.6, false],
    ];
    for (const [name, share, expected] of table)
      assert.equal(isSampled(sampler, { ...at(share), name }), expected, `${name} ${share}`);
  });

  test('an operation that its ratio leaves out is sampled as often as the lower bound says', async (t) => {
    const server = await startJsonServer(t, () => ({
      operationSampling: {
        defaultSamplingProbability: 0,
        defaultLowerBoundTracesPerSecond: 2,
        perOperationStrategies: [{ operation: 'rare', probabilisticSampling: { samplingRate: 0 } }],
      },
    }));
    const sampler = remote(`${server.url}/sampling`, 60_000);
    await until(sampler, { ...at(0.9), name: 'default' }, true);
    const taken = Array.from({ length: 50 }, () => isSampled(sampler, { ...at(0.9), name: 'rare' }));
    assert.equal(taken.filter(Boolean).length, 2);
  });

  test('an answer that cannot be used changes nothing', async (t) => {
    const answers: unknown[] = [
      { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: 0.25 } },
      500,
      'no json',
      'null',
      {},
      { operationSampling: { perOperationStrategies: 7 } },
      { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: 1 } },
    ];
    const server = await startJsonServer(t, () => (answers.length > 1 ? answers.shift() : answers[0]));
    const sampler = remote(`${server.url}/sampling`);
    await until(sampler, at(0.3), false);
    while (answers.length > 1) {
      assert.equal(isSampled(sampler, { traceId: traceIdAt(0.1).replace(/^.{16}/, '0'.repeat(16)) }), false);
      await server.nextAnswer();
    }
    await until(sampler, at(0.3), true);
  });
});

describe('the same over gRPC: an endpoint without a path', { timeout: 20_000 }, () => {
  test('a ratio, so many a second, a ratio for each operation', async (t) => {
    const answers: object[] = [
      { probabilisticSampling: { samplingRate: 0.25 } },
      { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: 3 } },
      {
        operationSampling: {
          defaultSamplingProbability: 0.5,
          perOperationStrategies: [
            { operation: '/admin', probabilisticSampling: { samplingRate: 1 } },
            { operation: '/metrics', probabilisticSampling: {} },
          ],
        },
      },
    ];
    let index = 0;
    const server = await startStrategyServer(t, () => answers[index]);
    const sampler = remote(`http://127.0.0.1:${server.port}`, 100);
    assert.equal(isSampled(sampler, at(0.4)), true, 'the initial one');
    await until(sampler, at(0.4), false);
    assert.equal(isSampled(sampler, at(0.24)), true);
    assert.equal(server.asked[0], 'shop');

    index = 1;
    await until(sampler, at(0.9), true);
    const taken = Array.from({ length: 100 }, () => isSampled(sampler, at(0.9))).filter(Boolean);
    assert.equal(taken.length, 2, 'and the one that was waited for');

    index = 2;
    // The answer to the next question is there when the one after it comes.
    for (const { length } = server.asked; server.asked.length < length + 2; ) await soon();
    assert.deepEqual(
      [0.4, 0.6].map((share) => isSampled(sampler, { ...at(share), name: '/other' })),
      [true, false],
    );
    assert.equal(isSampled(sampler, { ...at(0.99), name: '/admin' }), true);
  });

  test('what cannot be used changes nothing, and is told once', async (t) => {
    const lines: string[] = [];
    const good = (samplingRate: number) => ({ probabilisticSampling: { samplingRate } });
    const answers = [
      good(0.25),
      { code: grpc.status.UNAVAILABLE!, details: 'not yet' },
      new Uint8Array([0x12, 0xff]),
      {},
      good(1),
    ];
    const server = await startStrategyServer(t, () => (answers.length > 1 ? answers.shift() : answers[0]));
    // Samplers of other tests still ask.
    watchLog((_level, line) => line.includes(`:${server.port}`) && lines.push(line));
    t.after(() => watchLog(() => {}));
    const sampler = remote(`http://127.0.0.1:${server.port}`);
    await until(sampler, at(0.4), false);
    await until(sampler, at(0.4), true);
    assert.deepEqual(lines, [
      `cannot read sampling strategies from http://127.0.0.1:${server.port}/: UNAVAILABLE, not yet; trying again`,
      `reading sampling strategies from http://127.0.0.1:${server.port}/ again`,
    ]);
    assert.ok(server.asked.length >= 5);
  });

  test('nobody there, and something that speaks HTTP/1', async (t) => {
    const server = await startJsonServer(t, () => ({}));
    const cases: [endpoint: string, expected: RegExp][] = [
      ['http://127.0.0.1:1', /: ECONNREFUSED; trying again$/],
      [server.url, /: ERR_HTTP2_\w+; trying again$/],
    ];
    for (const [endpoint, expected] of cases) {
      const line = new Promise<string>((resolve) =>
        watchLog((_level, text) => text.includes(endpoint) && resolve(text)),
      );
      remote(endpoint, 60_000);
      assert.match(await line, expected);
    }
    watchLog(() => {});
  });
});
