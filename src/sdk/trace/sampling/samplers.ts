import type { SpanContext } from '@opentelemetry/api';
import { traceWordsOf } from '../../../model/span-identity';
import { askSampler, type IdentitySampler, isSampled, type Sampler, wantsAttributes } from './sampler';

/** The samplers that every SDK has (specification, "Built-in samplers"). */
export const alwaysOn: IdentitySampler = () => true;
/** See {@link alwaysOn}. */
export const alwaysOff: IdentitySampler = () => false;

/**
 * Compares the low 64 bits of the trace id with the ratio, as the SDKs for Go and Python do. (Go leaves out the lowest bit, which
 * decides only for ids at the very bound.)
 *
 * @param ratio from 0 to 1
 */
export function traceIdRatio(ratio: number): IdentitySampler {
  if (ratio >= 1) return alwaysOn;
  // As in Python: the bound is a whole number. Below it are 2^64 * ratio of all ids.
  const bound = Math.round(ratio * 2 ** 64);
  const highBound = Math.floor(bound / 2 ** 32);
  const lowBound = bound % 2 ** 32;
  return (_parent, identity) => {
    const { word3, word4 } = traceWordsOf(identity);
    const high = word3 >>> 0;
    return high === highBound ? word4 >>> 0 < lowBound : high < highBound;
  };
}

/**
 * A ratio that may be asked about spans with a parent, where SDKs decide differently: that is told once (specification, "Compatibility warnings for
 * `TraceIdRatioBased` sampler"). Children within the process share the trace id, and so the decision: unless the ratio is meant for children alone
 * they are nothing to tell.
 */
export function traceIdRatioOfAny(ratio: number, isForChildren = false): IdentitySampler {
  const sampler = traceIdRatio(ratio);
  let isTold = false;
  return (parent, identity) => {
    if (parent !== undefined && !isTold && (parent.isRemote || isForChildren)) {
      isTold = true;
      const { tellOfParent } = require('./ratio-of-children') as typeof import('./ratio-of-children');
      tellOfParent(parent);
    }
    return sampler(parent, identity);
  };
}

/** Samplers for each sort of parent; what is missing follows the parent. */
export interface ByParent {
  readonly root: Sampler;
  readonly remoteParentSampled?: Sampler | undefined;
  readonly remoteParentNotSampled?: Sampler | undefined;
  readonly localParentSampled?: Sampler | undefined;
  readonly localParentNotSampled?: Sampler | undefined;
}

/** Asks the sampler that the parent calls for (specification, "ParentBased"). */
export function parentBased(samplers: ByParent): Sampler {
  const { root, ...others } = samplers;
  if (typeof root === 'function' && Object.values(others).every((other) => other === undefined))
    return (parent, identity) => (parent ? isSampled(parent) : root(undefined, identity));

  const {
    remoteParentSampled = alwaysOn,
    remoteParentNotSampled = alwaysOff,
    localParentSampled = alwaysOn,
    localParentNotSampled = alwaysOff,
  } = samplers;
  return {
    wantsAttributes: (parent) => wantsAttributes(samplerFor(parent), parent),
    shouldSample: (start) => askSampler(samplerFor(start.parent), start),
  };

  function samplerFor(parent: SpanContext | undefined): Sampler {
    if (parent === undefined) return root;
    if (parent.isRemote) return isSampled(parent) ? remoteParentSampled : remoteParentNotSampled;
    return isSampled(parent) ? localParentSampled : localParentNotSampled;
  }
}
