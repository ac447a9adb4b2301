import type { Attributes } from '@opentelemetry/api';
import { newSpanId } from '../ids';
import type { SpanMatch } from './match';
import {
  type Bits56,
  isConsistent,
  randomnessOf,
  readSamplingState,
  type SamplingState,
  thresholdOf,
  withThreshold,
} from './ot-trace-state';
import { isSampled, type SamplingResult, type SpanSampler, type SpanStart } from './sampler';

/** What a composable sampler would have; the composite one decides (specification, "GetSamplingIntent"). */
export interface SamplingIntent {
  /** Missing: the span is not sampled. */
  readonly threshold: Bits56 | undefined;
  /** Whether spans may be counted by the threshold. */
  readonly isReliable: boolean;
  readonly attributes?: Attributes;
}

/** A part of a {@link compositeSampler}. */
export interface ComposableSampler {
  wantsAttributes(parent: SpanStart['parent']): boolean;
  getIntent(start: SpanStart, parentState: SamplingState): SamplingIntent;
}

const noThreshold: SamplingIntent = { threshold: undefined, isReliable: false };

/**
 * Consistent probability sampling: keeps a span if the trace's randomness reaches the threshold, and says so in the trace state,
 * `ot=th:`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#compositesampler
 */
export function compositeSampler(sampler: ComposableSampler): SpanSampler {
  return {
    wantsAttributes: sampler.wantsAttributes,
    shouldSample(start): SamplingResult {
      const parentState = readSamplingState(start.parent?.traceState);
      const { threshold, isReliable, attributes } = sampler.getIntent(start, parentState);
      const randomness = isReliable
        ? randomnessOf(start.traceId, parentState.randomness)
        : newSpanId().slice(2);
      const isKept = threshold !== undefined && randomness >= threshold;
      const traceState = withThreshold(
        start.parent?.traceState,
        isKept && isReliable ? threshold : undefined,
      );
      return {
        decision: isKept ? 'sample' : 'drop',
        ...(isKept && attributes ? { attributes } : undefined),
        ...(traceState ? { traceState } : undefined),
      };
    },
  };
}

const isIndifferent = () => false;

/** Samples nothing. */
export const composableAlwaysOff: ComposableSampler = {
  wantsAttributes: isIndifferent,
  getIntent: () => noThreshold,
};

/** @param ratio from 0, which is always off, to 1, which is always on */
export function composableProbability(ratio: number): ComposableSampler {
  if (ratio <= 0) return composableAlwaysOff;
  const intent: SamplingIntent = { threshold: thresholdOf(ratio), isReliable: true };
  return { wantsAttributes: isIndifferent, getIntent: () => intent };
}

/** Spans with a parent have its threshold or, where it has none, its flag; others what `root` says. */
export function composableParentThreshold(root: ComposableSampler): ComposableSampler {
  return {
    wantsAttributes: (parent) => parent === undefined && root.wantsAttributes(parent),
    getIntent(start, parentState) {
      const { parent } = start;
      if (parent === undefined) return root.getIntent(start, parentState);
      if (isConsistent(parent, parentState)) return { threshold: parentState.threshold, isReliable: true };
      return isSampled(parent) ? { threshold: '0'.repeat(14), isReliable: false } : noThreshold;
    },
  };
}

/** The first rule that matches says what is to be done; if none does, the span is not sampled. */
export function composableRuleBased(
  rules: readonly { readonly match: SpanMatch; readonly sampler: ComposableSampler }[],
): ComposableSampler {
  return {
    wantsAttributes: (parent) =>
      rules.some(({ match, sampler }) => match.wantsAttributes(parent) || sampler.wantsAttributes(parent)),
    getIntent(start, parentState) {
      const rule = rules.find(({ match }) => match.matches(start));
      return rule?.sampler.getIntent(start, parentState) ?? noThreshold;
    },
  };
}

/** Adds attributes to the spans that are sampled. */
export function composableAnnotating(attributes: Attributes, sampler: ComposableSampler): ComposableSampler {
  return {
    wantsAttributes: sampler.wantsAttributes,
    getIntent(start, parentState) {
      const intent = sampler.getIntent(start, parentState);
      return { ...intent, attributes: { ...intent.attributes, ...attributes } };
    },
  };
}
