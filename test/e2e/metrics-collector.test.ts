import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runProgram } from '../harness/run-program';
import { startCollector } from '../harness/servers/collector';
import { serverFor } from '../harness/servers/server';
import { layProgram } from '../harness/twin';
import { versionSets } from '../harness/version-sets';

const directory = layProgram(
  join(__dirname, '../../fixtures/core/metrics'),
  versionSets('api').at(-1)!.directory,
);

interface Metric {
  readonly name: string;
  readonly histogram?: { readonly dataPoints: readonly Record<string, unknown>[] };
  readonly exponentialHistogram?: { readonly dataPoints: readonly Record<string, unknown>[] };
}

describe('a real Collector takes the metrics of a program that ends', () => {
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    for (const aggregation of ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']) {
      test(`${protocol}, ${aggregation}`, async (t) => {
        const collector = await serverFor(t, startCollector);
        if (!collector) return;
        const run = await runProgram([join(directory, 'app.mjs')], {
          preload: true,
          env: {
            OTEL_EXPORTER_OTLP_ENDPOINT:
              protocol === 'grpc' ? `http://${collector.grpcAddress}` : collector.address,
            OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
            OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: aggregation,
            OTEL_TRACES_EXPORTER: 'none',
            OTEL_LOGS_EXPORTER: 'none',
            OTEL_NODE_DISABLED_INSTRUMENTATIONS: '*',
          },
        });
        assert.equal(run.stdout, 'done\n');
        const received = JSON.parse(await collector.readReceived()) as {
          resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[];
        };
        const { metrics } = received.resourceMetrics[0]!.scopeMetrics[0]!;
        assert.deepEqual(
          metrics.map(({ name }) => name),
          [
            'shop.orders',
            'shop.orders.active',
            'shop.order.duration',
            'shop.basket.size',
            'shop.cpu.time',
            'shop.stock',
          ],
        );
        const { histogram, exponentialHistogram } = metrics[2]!;
        const [point] = (histogram ?? exponentialHistogram)!.dataPoints;
        assert.deepEqual([point!.count, point!.sum, point!.min, point!.max], ['3', 1.3, 0.05, 0.75]);
        if (histogram) assert.deepEqual(point!.bucketCounts, ['1', '1', '1', '0']);
        else assert.deepEqual([point!.scale, (point!.positive as { offset: number }).offset], [5, -139]);
      });
    }
  }
});
