import type { Attributes } from '@opentelemetry/api';
import type { BatchConfig, ReaderConfig } from '../config/config';
import type { EncodedItem } from '../model/encoded-item';
import type { Exporter } from './exporter';
import { createMetricBatch, type ScopedMetric } from './otlp/metric-batch';
import { encodeResource } from './otlp/scoped-batch';
import { createOtlpExporter, maxBatchBytes } from './otlp-exporter';

type PeriodicConfig = Extract<ReaderConfig, { kind: 'periodic' }>;

/**
 * Builds the exporter of a periodic reader, which adds all metrics of a collection and then flushes. Called with the first collection that has any.
 * @param onDrained - called when it has delivered or dropped all it had.
 */
export function createMetricExporter(
  { exporter, intervalMillis, timeoutMillis }: PeriodicConfig,
  resource: Attributes,
  userAgent: string,
  onDrained: () => void,
): Exporter<ScopedMetric | EncodedItem> {
  if (exporter.kind === 'console') return createConsole();
  // A collection is one request unless it is too large; only bytes bound the queue.
  const batch: BatchConfig = {
    scheduleDelayMillis: intervalMillis,
    exportTimeoutMillis: timeoutMillis,
    maxQueueSize: Number.MAX_SAFE_INTEGER,
    maxExportBatchSize: Number.MAX_SAFE_INTEGER,
  };
  const resourceBytes = encodeResource(resource);
  const createBatch = () => createMetricBatch(resourceBytes, maxBatchBytes);
  return createOtlpExporter({ items: 'metrics', exporter, batch, createBatch, userAgent, onDrained });
}

function createConsole(): Exporter<ScopedMetric> {
  const { createConsoleMetricExporter } =
    require('./console/console-metrics') as typeof import('./console/console-metrics');
  return createConsoleMetricExporter();
}
