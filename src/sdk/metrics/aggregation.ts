import type { AggregationConfig } from '../../config/config';
import type { MetricData, Temporality } from '../../model/metric-data';
import type { Accumulator } from './accumulators/accumulator';
import { ExplicitHistogramAccumulator } from './accumulators/explicit-histogram';
import { ExponentialHistogramAccumulator } from './accumulators/exponential-histogram';
import { LastValueAccumulator, ObservedSumAccumulator, SumAccumulator } from './accumulators/numbers';
import type { ReservoirKind } from './exemplars';
import { type Declaration, type InstrumentKind, isNonNegative, isObservable } from './instrument';

/** How measurements become points (metrics SDK specification, "Aggregation"); `default` is what the kind of instrument suggests. */
export type Aggregation = AggregationConfig;

/** `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`. */
export type TemporalityPreference = 'cumulative' | 'delta' | 'lowmemory';

/** An aggregation applied to an instrument: what its points are and where they add up. */
export interface Aggregator {
  readonly type: MetricData['type'];
  readonly isMonotonic: boolean;
  /** Whether the measurements are totals, so that a series that is not observed is not there. */
  readonly isObserved: boolean;
  readonly reservoir: ReservoirKind;
  create(): Accumulator;
}

const defaultBoundaries = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

/** The temporality of an instrument's points (OTLP metrics exporter specification). */
export function temporalityOf(kind: InstrumentKind, preference: TemporalityPreference): Temporality {
  if (kind === 'up_down_counter' || kind === 'observable_up_down_counter') return 'cumulative';
  if (preference === 'lowmemory') return isObservable(kind) ? 'cumulative' : 'delta';
  return preference;
}

/**
 * Applies an aggregation to an instrument.
 * @param histogram - the aggregation that `default` stands for with histograms.
 * @returns `undefined` if nothing is to be kept.
 */
export function createAggregator(
  instrument: Declaration,
  aggregation: Aggregation,
  histogram: Aggregation,
): Aggregator | undefined {
  const { kind } = instrument;
  const isObserved = isObservable(kind);
  switch (aggregation.kind) {
    case 'drop':
      return undefined;
    case 'default':
      return createAggregator(instrument, defaultAggregation(kind, histogram), {
        kind: 'explicit_bucket_histogram',
      });
    case 'sum':
      return {
        type: 'sum',
        isMonotonic: isNonNegative(kind),
        isObserved,
        reservoir: { size: 1 },
        create: () => (isObserved ? new ObservedSumAccumulator() : new SumAccumulator()),
      };
    case 'last_value':
      return {
        type: 'gauge',
        isMonotonic: false,
        isObserved,
        reservoir: { size: 1 },
        create: () => new LastValueAccumulator(),
      };
    case 'explicit_bucket_histogram': {
      const { boundaries = instrument.boundaries ?? defaultBoundaries, recordMinMax = true } = aggregation;
      const bounds = Float64Array.from(boundaries);
      return {
        type: 'histogram',
        isMonotonic: false,
        isObserved: false,
        reservoir: bounds.length > 0 ? { perBucket: bounds.length + 1 } : { size: 1 },
        create: () => new ExplicitHistogramAccumulator(bounds, isNonNegative(kind), recordMinMax),
      };
    }
    case 'base2_exponential_bucket_histogram': {
      const { maxSize = 160, maxScale = 20, recordMinMax = true } = aggregation;
      return {
        type: 'exponentialHistogram',
        isMonotonic: false,
        isObserved: false,
        reservoir: { size: Math.min(20, maxSize) },
        create: () =>
          new ExponentialHistogramAccumulator(
            Math.max(2, maxSize),
            maxScale,
            isNonNegative(kind),
            recordMinMax,
          ),
      };
    }
  }
}

function defaultAggregation(kind: InstrumentKind, histogram: Aggregation): Aggregation {
  switch (kind) {
    case 'histogram':
      return histogram;
    case 'gauge':
    case 'observable_gauge':
      return { kind: 'last_value' };
    default:
      return { kind: 'sum' };
  }
}
