import type { Attributes } from '@opentelemetry/api';
import type { ProcessorConfig } from '../config/config';
import type { EncodedItem } from '../model/encoded-item';
import type { EmittedRecord } from '../model/log-record';
import type { Exporter } from './exporter';
import { writeLogRecord } from './otlp/log-record';
import { createScopedBatch, encodeResource } from './otlp/scoped-batch';
import { createOtlpExporter, maxBatchBytes } from './otlp-exporter';
import { sideBySide } from './side-by-side';

/**
 * Builds the exporters of log records. Called with the first record, not before.
 * @param onDrained - called when an exporter has delivered or dropped all it had.
 */
export function createLogPipeline(
  processors: readonly ProcessorConfig[],
  resource: Attributes,
  userAgent: string,
  onDrained: () => void,
): Exporter<EmittedRecord | EncodedItem> {
  return sideBySide<EmittedRecord | EncodedItem>(
    processors.map(({ exporter, batch }) => {
      if (exporter.kind === 'console') return createConsole();
      const resourceBytes = encodeResource(resource);
      const createBatch = () => createScopedBatch(resourceBytes, maxBatchBytes, writeLogRecord);
      return createOtlpExporter({
        items: 'log records',
        exporter,
        batch,
        createBatch,
        userAgent,
        onDrained,
      });
    }),
  );
}

function createConsole(): Exporter<EmittedRecord> {
  const { createLogConsole } = require('./console/log-console') as typeof import('./console/log-console');
  return createLogConsole();
}
