import type { Attributes } from '@opentelemetry/api';
import type { ProcessorConfig } from '../config/config';
import type { EncodedItem } from '../model/encoded-item';
import type { EndedSpan } from '../model/ended-span';
import type { Exporter } from './exporter';
import { encodeResource } from './otlp/scoped-batch';
import { createTraceBatch } from './otlp/trace-batch';
import { createOtlpExporter, maxBatchBytes } from './otlp-exporter';
import { sideBySide } from './side-by-side';

/**
 * Builds the exporters of spans. Called with the first span that ends, not before.
 * @param onDrained - called when an exporter has delivered or dropped all it had.
 */
export function createTracePipeline(
  processors: readonly ProcessorConfig[],
  resource: Attributes,
  userAgent: string,
  onDrained: () => void,
): Exporter<EndedSpan | EncodedItem> {
  const mayKeep = processors.length === 1;
  return sideBySide<EndedSpan | EncodedItem>(
    processors.map(({ exporter, batch }) => {
      if (exporter.kind === 'console') return createConsole(resource);
      const resourceBytes = encodeResource(resource);
      const createBatch = () => createTraceBatch(resourceBytes, maxBatchBytes);
      return createOtlpExporter({
        items: 'spans',
        exporter,
        batch,
        createBatch,
        userAgent,
        onDrained,
        mayKeep,
      });
    }),
  );
}

function createConsole(resource: Attributes): Exporter<EndedSpan> {
  const { createConsoleExporter } =
    require('./console/console-exporter') as typeof import('./console/console-exporter');
  return createConsoleExporter(resource);
}
