import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OtlpReceiver } from '../../../harness/otlp-receiver';
import { type Given, metric, type Row, type Seen } from '../row';
import { startSink } from '../sink';
import { inTime } from './traces';

const exporters: readonly Row[] = [
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'otlp',
    see: (seen) => void metric(seen, 'shop.orders'),
  },
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'none',
    see: ({ requests }) =>
      assert.deepEqual(requests.map(({ path }) => path).sort(), ['/v1/logs', '/v1/traces']),
  },
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'otlp/stdout',
    see({ printed, metrics }) {
      assert.deepEqual(metrics, []);
      assert.equal(printed.filter((line) => 'resourceMetrics' in line).length, 1);
    },
  },
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'console,otlp',
    see(seen) {
      assert.match(seen.stdout, /shop\.orders/);
      metric(seen, 'shop.orders');
    },
  },
];

const prometheus: readonly Row[] = [
  {
    variable: 'OTEL_METRICS_EXPORTER',
    value: 'prometheus,otlp',
    with: { OTEL_EXPORTER_PROMETHEUS_PORT: '{PORT}', OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.2' },
    also: ['OTEL_EXPORTER_PROMETHEUS_PORT', 'OTEL_EXPORTER_PROMETHEUS_HOST'],
    before: freePort,
    async during(_receiver, { env }) {
      assert.match(await scrape(`http://127.0.0.2:${env.PORT}/metrics`), /^shop_orders_total\{.*\} 2$/m);
      await assert.rejects(fetch(`http://127.0.0.1:${env.PORT}/metrics`));
    },
    see: (seen) => void metric(seen, 'shop.orders'),
  },
];

/** Once the server is up and the program has measured something. */
async function scrape(url: string): Promise<string> {
  const { signal } = inTime();
  for (;;) {
    const body = await fetch(url, { signal }).then(
      (response) => response.text(),
      () => '',
    );
    if (body.includes('shop_orders')) return body;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<Given> {
  const server = createServer().listen(0, '127.0.0.2');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return { env: { PORT: `${port}` } };
}

const reading: readonly Row[] = [
  {
    variable: 'OTEL_METRIC_EXPORT_INTERVAL',
    value: '50',
    // The default is a minute.
    during: async (receiver) => {
      const { signal } = inTime();
      while (orders(receiver) < 2) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    see: (seen) => assert.ok(orders(seen) >= 2),
  },
  {
    variable: 'OTEL_METRIC_EXPORT_TIMEOUT',
    value: '100',
    with: {
      OTEL_METRIC_EXPORT_INTERVAL: '200',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: '{SINK}/v1/metrics',
      OTEL_NODE_EXIT_TIMEOUT: '0',
    },
    before: (t) => startSink(t, true),
    during: (_receiver, given) => once(given.sink!.events, 'aborted', inTime()),
    says: 'anything',
  },
];

const orders = ({ metrics }: Pick<OtlpReceiver, 'metrics'>) =>
  metrics.filter(({ name }) => name === 'shop.orders').length;

const exemplars = (seen: Seen, name: string) => metric(seen, name).points[0]!.exemplars.length;

/** What is measured in a span, and outside. */
const filters: Readonly<Record<string, readonly [price: number, weight: number]>> = {
  always_on: [1, 1],
  trace_based: [1, 0],
  always_off: [0, 0],
};

/** Of a counter, an observable counter and an up-down counter. */
const temporalities: Readonly<Record<string, readonly string[]>> = {
  cumulative: ['cumulative', 'cumulative', 'cumulative'],
  delta: ['delta', 'delta', 'cumulative'],
  lowmemory: ['delta', 'cumulative', 'cumulative'],
};

const kinds: Readonly<Record<string, string>> = {
  explicit_bucket_histogram: 'histogram',
  base2_exponential_bucket_histogram: 'exponentialHistogram',
};

const shape: readonly Row[] = [
  ...Object.entries(filters).map(
    ([value, [price, weight]]): Row => ({
      variable: 'OTEL_METRICS_EXEMPLAR_FILTER',
      value,
      see(seen) {
        assert.equal(exemplars(seen, 'shop.price'), price);
        assert.equal(exemplars(seen, 'shop.weight'), weight);
      },
    }),
  ),
  ...Object.entries(temporalities).map(
    ([value, expected]): Row => ({
      variable: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
      value,
      see: (seen) =>
        assert.deepEqual(
          ['shop.orders', 'process.cpu.time', 'process.memory.usage'].map(
            (name) => metric(seen, name).temporality,
          ),
          expected,
        ),
    }),
  ),
  ...Object.entries(kinds).map(
    ([value, type]): Row => ({
      variable: 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
      value,
      see: (seen) => assert.equal(metric(seen, 'shop.price').type, type),
    }),
  ),
  {
    variable: 'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
    value: 'true',
    see: (seen) => void metric(seen, 'otel.sdk.span.started'),
  },
];

export const metrics: readonly Row[] = [...exporters, ...prometheus, ...reading, ...shape];
