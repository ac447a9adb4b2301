import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { Scope } from './span-data';

/** What a point's value counts from: the last collection, or the start of the series (metrics data model, "Temporality"). */
export type Temporality = 'delta' | 'cumulative';

/** What the instruments of one scope measured, as of one collection. */
export interface ScopeMetrics {
  readonly scope: Scope;
  readonly metrics: readonly MetricData[];
}

interface Described {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
}

/** One metric stream with its points (metrics data model, "Metric points"). */
export type MetricData = Described &
  (
    | {
        readonly type: 'sum';
        readonly isMonotonic: boolean;
        readonly temporality: Temporality;
        readonly points: readonly NumberPoint[];
        readonly isInteger: boolean;
      }
    | { readonly type: 'gauge'; readonly points: readonly NumberPoint[]; readonly isInteger: boolean }
    | {
        readonly type: 'histogram';
        readonly temporality: Temporality;
        readonly points: readonly HistogramPoint[];
      }
    | {
        readonly type: 'exponentialHistogram';
        readonly temporality: Temporality;
        readonly points: readonly ExponentialHistogramPoint[];
      }
  );

/** What every point has. Times are milliseconds since the Unix epoch, with a fraction. */
export interface PointIdentity {
  readonly attributes: Attributes;
  readonly startMillis: number;
  readonly timeMillis: number;
  readonly exemplars: readonly Exemplar[];
}

export interface NumberPoint extends PointIdentity {
  readonly value: number;
}

interface Distribution extends PointIdentity {
  readonly count: number;
  /** Missing where measurements can be negative: it would not be monotonic. */
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface HistogramPoint extends Distribution {
  /** Upper bounds, inclusive; the last bucket has none. */
  readonly boundaries: ArrayLike<number>;
  /** One more than there are boundaries. */
  readonly bucketCounts: ArrayLike<number>;
}

export interface ExponentialHistogramPoint extends Distribution {
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
}

/** Bucket `offset + i` holds values in (base^(offset + i), base^(offset + i + 1)], base = 2^(2^-scale). */
export interface ExponentialBuckets {
  readonly offset: number;
  readonly counts: ArrayLike<number>;
}

/** A measurement as it was, with the span in which it was made (metrics data model, "Exemplars"). */
export interface Exemplar {
  readonly value: number;
  readonly timeMillis: number;
  /** Missing outside a span. */
  readonly span: SpanContext | undefined;
  /** Those of the measurement that its point does not have. */
  readonly filteredAttributes: Attributes;
}
