import type { SpanContext } from '@opentelemetry/api';
import { parentType, type SpanMatch } from './match';
import { askSampler, type Sampler, type SpanSampler, wantsAttributes } from './sampler';
import { alwaysOff } from './samplers';

/** A sampler for some of the spans. */
export interface SamplingRule {
  readonly match: SpanMatch;
  readonly sampler: Sampler;
}

/** The first rule that matches a span says which sampler to ask; if none does, it is `otherwise`. */
export function ruleSampler(rules: readonly SamplingRule[], otherwise: Sampler): SpanSampler {
  const rulesFor = (type: Parameters<SpanMatch['isFor']>[0]) =>
    rules.filter(({ match }) => match.isFor(type));
  const byParent = { none: rulesFor('none'), remote: rulesFor('remote'), local: rulesFor('local') };
  return {
    wantsAttributes(parent) {
      const relevant = byParent[parentType(parent)];
      if (parent && isDroppedAnyway(parent, relevant)) return false;
      return (
        relevant.some(
          ({ match, sampler }) => match.wantsAttributes(parent) || wantsAttributes(sampler, parent),
        ) || wantsAttributes(otherwise, parent)
      );
    },
    shouldSample(start) {
      const rule = byParent[parentType(start.parent)].find(({ match }) => match.matches(start));
      return askSampler(rule?.sampler ?? otherwise, start);
    },
  };

  /** Most spans of an unsampled trace: rules that could only drop them need not be looked at. */
  function isDroppedAnyway(parent: SpanContext, relevant: readonly SamplingRule[]): boolean {
    return (
      typeof otherwise === 'function' &&
      !otherwise(parent, parent) &&
      relevant.every(({ sampler }) => sampler === alwaysOff)
    );
  }
}
