import type { SpanContext } from '@opentelemetry/api';
import type { SamplerConfig } from '../../config/config';

/** Decides at the start of a span whether it is recorded (OpenTelemetry SDK specification, "Sampling"). */
export type Sampler = (parent: SpanContext | undefined, traceId: string) => boolean;

export function createSampler(config: SamplerConfig): Sampler {
  switch (config.kind) {
    case 'always_on':
      return () => true;
    case 'always_off':
      return () => false;
    case 'trace_id_ratio':
      return traceIdRatio(config.ratio);
    case 'parent_based':
      return parentBased(createSampler(config.root));
  }
}

const sampled = 1;

function parentBased(root: Sampler): Sampler {
  return (parent, traceId) => (parent ? (parent.traceFlags & sampled) !== 0 : root(undefined, traceId));
}

/**
 * Compares the low 56 bits of the trace id, the part that W3C Trace Context level 2 calls random, with the ratio. Go and
 * Python compare the low 63 and 64 bits: they decide alike but for ids within 2^-53 of the bound.
 */
function traceIdRatio(ratio: number): Sampler {
  // The largest ids round up to the bound of 1.
  if (ratio >= 1) return () => true;
  const bound = ratio * 2 ** 56;
  return (_parent, traceId) => Number.parseInt(traceId.slice(18, 32), 16) < bound;
}
