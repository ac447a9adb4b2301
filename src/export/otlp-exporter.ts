import type { BatchConfig, OtlpConfig } from '../config/config';
import type { Batch } from './batch';
import { createExporter, type Exporter } from './exporter';
import type { Transport } from './outcome';
import { withRetry } from './retry';
import { createHttpTransport } from './transport/http';

/** Bytes of encoded items held at the most. */
const maxQueueBytes = 16 * 1024 * 1024;
/** Bytes of one request; the OTLP specification's limit is 64 MiB. */
export const maxBatchBytes = 4 * 1024 * 1024;

/** A "simple" processor: every item leaves at once. */
const oneByOne: BatchConfig = {
  scheduleDelayMillis: 0,
  exportTimeoutMillis: 30_000,
  maxQueueSize: 2048,
  maxExportBatchSize: 1,
};

/** What differs from signal to signal. */
export interface OtlpExporterOptions<T> {
  /** What is exported, in the plural, for messages: `spans`. */
  readonly items: string;
  readonly otlp: OtlpConfig;
  readonly batch: BatchConfig | undefined;
  readonly createBatch: () => Batch<T>;
  readonly userAgent: string;
  /** Called when nothing waits any more. */
  readonly onDrained: () => void;
}

/** An exporter that sends batches by OTLP. */
export function createOtlpExporter<T>(options: OtlpExporterOptions<T>): Exporter<T> {
  const { items, otlp, batch = oneByOne, createBatch, onDrained } = options;
  return createExporter({
    items,
    endpoint: withoutCredentials(otlp.url),
    transport: withRetry(createTransport(otlp, options.userAgent)),
    createBatch,
    ...batch,
    exportTimeoutMillis: Math.min(batch.exportTimeoutMillis, otlp.timeoutMillis),
    maxQueueBytes,
    onDrained,
  });
}

/** The way to the collector, by its protocol. */
export function createTransport(otlp: OtlpConfig, userAgent: string): Transport {
  return createHttpTransport(otlp, userAgent);
}

function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
