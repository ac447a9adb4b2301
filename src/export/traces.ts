import type { Attributes } from '@opentelemetry/api';
import type { Config } from '../config/load';
import type { EndedSpan, SpanSink } from '../model/ended-span';
import { createExporter, type Exporter } from './exporter';
import { createTraceBatch, encodeResource } from './otlp/trace-batch';
import { withRetry } from './retry';
import { createHttpTransport } from './transport/http';

/** Bytes of encoded spans held at the most, and of one request (the OTLP specification's limit is 64 MiB). */
const maxQueueBytes = 16 * 1024 * 1024;
const maxBatchBytes = 4 * 1024 * 1024;

/** Where ended spans go, and how the end of the process empties it. */
export interface TracePipeline {
  readonly sink: SpanSink;
  hasUndelivered(): boolean;
  flush(): void;
  hold(): void;
  flushSync(budgetMillis: number): void;
}

/**
 * Builds the exporters that `OTEL_TRACES_EXPORTER` names. Called with the first span that ends, not before.
 * @param onDrained - called when an exporter has delivered or dropped all it had.
 */
export function createTracePipeline(
  config: Config,
  resource: Attributes,
  userAgent: string,
  onDrained: () => void,
): TracePipeline {
  const exporters = config.tracesExporters.map((name) =>
    name === 'console' ? createConsole(resource) : createOtlp(config, resource, userAgent, onDrained),
  );
  return {
    sink: (span) => {
      for (const exporter of exporters) exporter.add(span);
    },
    hasUndelivered: () => exporters.some((exporter) => exporter.hasUndelivered()),
    flush: () => {
      for (const exporter of exporters) exporter.flush();
    },
    hold: () => {
      for (const exporter of exporters) exporter.hold?.();
    },
    flushSync: (budgetMillis) => {
      for (const exporter of exporters) exporter.flushSync(budgetMillis);
    },
  };
}

function createOtlp(
  { otlp, batch }: Config,
  resource: Attributes,
  userAgent: string,
  onDrained: () => void,
): Exporter<EndedSpan> {
  const { traces } = otlp;
  const resourceBytes = encodeResource(resource);
  return createExporter({
    items: 'spans',
    endpoint: withoutCredentials(traces.url),
    transport: withRetry(createHttpTransport(traces, userAgent)),
    createBatch: () => createTraceBatch(resourceBytes, maxBatchBytes),
    scheduleDelayMillis: batch.scheduleDelayMillis,
    exportTimeoutMillis: Math.min(batch.exportTimeoutMillis, traces.timeoutMillis),
    maxQueueSize: batch.maxQueueSize,
    maxExportBatchSize: batch.maxExportBatchSize,
    maxQueueBytes,
    onDrained,
  });
}

function createConsole(resource: Attributes): Exporter<EndedSpan> {
  const { createConsoleExporter } =
    require('./console/console-exporter') as typeof import('./console/console-exporter');
  return createConsoleExporter(resource);
}

function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
