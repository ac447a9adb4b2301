import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import { dbClient } from '../../../src/kit/operations/db-client';
import { httpClient } from '../../../src/kit/operations/http-client';
import { httpServer } from '../../../src/kit/operations/http-server';
import { redisClient } from '../../../src/kit/operations/redis-client';
import { provideTelemetry, type Telemetry } from '../../../src/kit/telemetry';
import type { MetricData, PointIdentity } from '../../../src/model/metric-data';
import { rootContext } from '../../../src/sdk/context/context';
import { createMeterProvider } from '../../../src/sdk/metrics/meter-provider';

const calls = 100_000;
/** Series of a metric at the most, as long as nobody sets it. */
const cap = 2000;

let made = 0;
/** A word that was not there before. */
const any = () => `x${(made++ * 2_654_435_761).toString(36)}`;

describe('100,000 calls that a stranger made up', () => {
  test('requests to a server: hosts, paths, methods, what proxies add', () => {
    const metrics = measure(() => {
      const server = httpServer('http');
      return () => {
        const request = {
          method: any().toUpperCase(),
          url: `/${any()}?${any()}=${any()}`,
          httpVersion: '1.1',
          headers: {
            host: `${any()}.example`,
            'x-forwarded-host': `${any()}.example`,
            'x-forwarded-proto': any(),
            'x-forwarded-for': any(),
            forwarded: `host=${any()};proto=${any()}`,
            'content-length': any(),
          },
        };
        server.end(server.start(request)!, { statusCode: 404 });
      };
    });
    assert.deepEqual(metrics.map(seriesOf), [
      ['http.server.active_requests', [{ 'http.request.method': '_OTHER', 'url.scheme': 'http' }]],
      [
        'http.server.request.duration',
        [
          {
            'http.request.method': '_OTHER',
            'url.scheme': 'http',
            'http.response.status_code': 404,
            'network.protocol.version': '1.1',
          },
        ],
      ],
    ]);
  });

  test('requests by a client: hosts', () => {
    const metrics = measure(() => {
      const client = httpClient('http');
      return () => {
        const url = `http://${any()}.example/${any()}`;
        const active = client.start(any(), () => ({ url }), noHeaders);
        client.end(active!, { statusCode: 200 });
      };
    });
    expectCapped(metrics, ['http.client.active_requests', 'http.client.request.duration']);
  });

  test('SQL', () => {
    const metrics = measure(() => {
      const client = dbClient({
        instrumentation: 'pg',
        system: 'postgresql',
        sql: ({ args: [text] }) => text,
      });
      return () => {
        const call = { self: undefined, args: [`SELECT a${any()} FROM t${any()} WHERE id = ${any()}`] };
        client.end(client.start(call)!, call);
      };
    });
    expectCapped(metrics, ['db.client.operation.duration']);
  });

  test('SQL that differs in its literals alone', () => {
    const metrics = measure(() => {
      const client = dbClient({
        instrumentation: 'pg',
        system: 'postgresql',
        sql: ({ args: [text] }) => text,
      });
      return () => {
        const call = { self: undefined, args: [`SELECT name FROM users WHERE name = '${any()}'`] };
        client.end(client.start(call)!, call);
      };
    });
    assert.deepEqual(metrics.map(seriesOf), [
      [
        'db.client.operation.duration',
        [{ 'db.system.name': 'postgresql', 'db.query.summary': 'SELECT users' }],
      ],
    ]);
  });

  test('Redis commands and errors', () => {
    const metrics = measure(() => {
      const client = redisClient({
        instrumentation: 'redis',
        command: ({ args: [name] }) => name,
        server: () => ({ host: 'redis', port: 6379 }),
        database: () => 0,
      });
      return () => {
        const error = new Error(`ERR unknown command ${any()}`);
        const call = { self: undefined, args: [any()], error };
        client.end(client.start(call)!, call);
      };
    });
    expectCapped(metrics, ['db.client.operation.duration']);
  });
});

const noHeaders = () => ({ get: () => undefined, names: () => [] });

/** Makes an operation, calls it, and returns what a reader collects; the memory that stays must not grow with the number of calls. */
function measure(create: () => () => void): MetricData[] {
  const provider = createMeterProvider({
    readers: [{ temporality: 'cumulative' }],
    exemplarFilter: 'always_off',
  });
  provideTelemetry(telemetryWith((name) => provider.getMeter(name)));
  const call = create();
  for (let i = 0; i < calls / 10; i++) call();
  const before = heapBytes();
  for (let i = 0; i < calls; i++) call();
  const grown = heapBytes() - before;
  assert.ok(grown < 3_000_000, `the heap has grown by ${grown} bytes`);
  return provider.readers[0]!.collectSync()
    .flatMap(({ metrics }) => metrics)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What operations need, with spans that nobody samples. */
function telemetryWith(meter: Telemetry['meter']): Telemetry {
  const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  return {
    meter,
    isRecording: true,
    rootContext,
    activeContext: () => rootContext,
    withSpan: (parent: unknown) => parent,
    isSuppressed: () => false,
    instrumented: () => ({ startSpan: () => span }),
    propagator: { extract: (context: unknown) => context },
    settings: {
      knownMethods: new Set(['GET', 'POST']),
      remoteParent: 'trust',
      capturedHeaders: {},
      options: {},
      querySanitization: true,
    },
  } as unknown as Telemetry;
}

function seriesOf({ name, points }: MetricData) {
  return [name, (points as readonly PointIdentity[]).map(({ attributes }) => attributes)];
}

function expectCapped(metrics: readonly MetricData[], names: readonly string[]): void {
  assert.deepEqual(
    metrics.map(({ name, points }) => [name, points.length]),
    names.map((name) => [name, cap]),
  );
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
