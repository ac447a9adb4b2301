import type { Attributes, Context } from '@opentelemetry/api';
import { nowMillis } from '../../model/clock';
import type { Exemplar } from '../../model/metric-data';
import { random } from '../../model/random';
import { activeContext } from '../context/context-manager';
import { parentOf } from '../trace/context-keys';
import { type AttributeFilter, copyAttributes, filterAttributes, noAttributes } from './attributes';

/** Which measurements can become exemplars: those in a sampled span, all, or none (`OTEL_METRICS_EXEMPLAR_FILTER`). */
export type ExemplarFilter = 'trace_based' | 'always_on' | 'always_off';

/** Examples of the measurements of one series since the last collection. */
export interface Reservoir {
  /**
   * @param bucket - that took the value.
   * @param context - in which it was measured, by default the active one.
   * @param attributes - all that were given with it.
   */
  offer(value: number, bucket: number, context: Context | undefined, attributes: Attributes): void;
  /** The exemplars; starts again from none. */
  take(): readonly Exemplar[];
}

/** What all reservoirs of a stream share. */
export interface ReservoirOptions {
  readonly filter: Exclude<ExemplarFilter, 'always_off'>;
  /** Of the view: what it takes from the point, an exemplar keeps. */
  readonly attributeFilter: AttributeFilter | undefined;
  readonly kind: ReservoirKind;
}

/** One place for each bucket, or so many for all. */
export type ReservoirKind = { readonly perBucket: number } | { readonly size: number };

const sampled = 1;
const none: readonly Exemplar[] = [];
/**
 * A reservoir in which every measurement since the last collection has the same chance to be kept: per bucket
 * (`AlignedHistogramBucketExemplarReservoir`) or among all (`SimpleFixedSizeExemplarReservoir`).
 */
export function createReservoir({ filter, attributeFilter, kind }: ReservoirOptions): Reservoir {
  const isPerBucket = 'perBucket' in kind;
  const size = isPerBucket ? kind.perBucket : kind.size;
  const kept: (Exemplar | undefined)[] = [];
  /** Measurements seen, in each bucket or, at 0, in all. */
  const seen = new Float64Array(isPerBucket ? size : 1);
  let isEmpty = true;
  return { offer, take };

  function offer(value: number, bucket: number, context: Context | undefined, attributes: Attributes): void {
    const span = parentOf(context ?? activeContext());
    const isSampled = span !== undefined && (span.traceFlags & sampled) !== 0;
    if (!isSampled && filter === 'trace_based') return;
    const place = placeFor(bucket);
    if (place < 0) return;
    isEmpty = false;
    kept[place] = {
      value,
      timeMillis: nowMillis(),
      span,
      filteredAttributes: attributeFilter
        ? copyAttributes(filterAttributes(attributes, attributeFilter, true))
        : noAttributes,
    };
  }

  /** Algorithm R: the n-th measurement takes one of `size` places with probability size / n; -1 for none. */
  function placeFor(bucket: number): number {
    if (isPerBucket) return random() * ++seen[bucket]! < 1 ? bucket : -1;
    const count = ++seen[0]!;
    const place = count <= size ? count - 1 : Math.floor(random() * count);
    return place < size ? place : -1;
  }

  function take(): readonly Exemplar[] {
    if (isEmpty) return none;
    const taken = kept.filter((exemplar) => exemplar !== undefined);
    kept.length = 0;
    seen.fill(0);
    isEmpty = true;
    return taken;
  }
}
