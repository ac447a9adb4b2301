import type { Delivery } from '../lifecycle/process-end';
import { monotonicMillis } from '../model/clock';
import type { EncodedItem } from '../model/encoded-item';
import { createMeterProvider, type SdkMeterProvider } from '../sdk/metrics/meter-provider';
import type { Source } from './lazy-source';
import { preparePeriodic, preparePrometheus, type ReaderEnvironment } from './metric-readers';
import { configOf } from './scopes';

/** Measures, and takes the measurements to the readers. */
export interface MetricSource extends Source {
  readonly provider: SdkMeterProvider;
  /** Starts the servers of readers that are asked. */
  readonly serve: () => void;
  /** Takes a metric of a worker. */
  readonly take: (metric: EncodedItem) => void;
}

/** Makes the meter provider and what collects from it. */
export function createMetricSource(environment: ReaderEnvironment): MetricSource {
  const { readers: configs, views, exemplarFilter, configurator } = environment.config.metrics;
  const readers = configs.map((reader, index) =>
    reader.kind === 'periodic'
      ? preparePeriodic(reader, () => provider.readers[index], environment)
      : preparePrometheus(reader, () => provider.readers[index]!, environment),
  );
  const provider: SdkMeterProvider = createMeterProvider({
    readers: readers.map(({ options }) => options),
    views,
    exemplarFilter,
    configOf: configOf(configurator),
  });
  const deliveries = readers.flatMap(({ delivery }) => delivery ?? []);
  return {
    provider,
    serve() {
      for (const reader of readers) reader.serve?.();
    },
    take(metric) {
      for (const reader of readers) reader.take?.(metric);
    },
    delivery: inOrder(deliveries),
  };
}

/** Several deliveries as one; they share the budget. */
function inOrder(deliveries: readonly Delivery[]): Delivery {
  return {
    hasWork: () => deliveries.some((delivery) => delivery.hasWork()),
    flush() {
      for (const delivery of deliveries) delivery.flush();
    },
    finish(budgetMillis) {
      const deadline = monotonicMillis() + budgetMillis;
      for (const delivery of deliveries)
        if (delivery.hasWork()) delivery.finish(Math.max(0, deadline - monotonicMillis()));
    },
  };
}
