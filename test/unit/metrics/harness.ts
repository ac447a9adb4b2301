import type {
  ExponentialHistogramPoint,
  HistogramPoint,
  MetricData,
  NumberPoint,
} from '../../../src/model/metric-data';
import {
  createMeterProvider,
  type MeterProviderOptions,
  type MetricReader,
  type ReaderOptions,
} from '../../../src/sdk/metrics/meter-provider';

/** A provider with one meter, for tests that read what it measured. */
export function createTestMeter(
  options: Partial<ReaderOptions & Pick<MeterProviderOptions, 'views' | 'exemplarFilter'>> = {},
) {
  const { views, exemplarFilter = 'always_off', ...reader } = options;
  const provider = createMeterProvider({
    readers: [{ temporality: 'cumulative', ...reader }],
    views,
    exemplarFilter,
  });
  return { meter: provider.getMeter('test'), reader: provider.readers[0]!, provider };
}

/** The metrics of the next collection, of all scopes. */
export function collect(reader: MetricReader): MetricData[] {
  return reader.collectSync().flatMap(({ metrics }) => metrics);
}

/** The points of a metric, or none if it was not collected. */
export function pointsOf<P extends NumberPoint | HistogramPoint | ExponentialHistogramPoint = NumberPoint>(
  metrics: readonly MetricData[],
  name: string,
): P[] {
  return (metrics.find((metric) => metric.name === name)?.points ?? []) as unknown as P[];
}

/** `{ 'a=1': 5 }`: values by attributes. */
export function values(metrics: readonly MetricData[], name: string): Record<string, number> {
  return Object.fromEntries(
    pointsOf(metrics, name).map(({ attributes, value }) => [
      Object.entries(attributes)
        .map((pair) => pair.join('='))
        .join(','),
      value,
    ]),
  );
}
