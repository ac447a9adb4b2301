import type { SpanContext } from '@opentelemetry/api';
import { log } from '../../../diag/log';
import { readSamplingState } from './ot-trace-state';

/** Says that a ratio decides about a span with this parent, and what to choose instead. */
export function tellOfParent({ traceState }: SpanContext): void {
  const { threshold, randomness } = readSamplingState(traceState);
  const isProbability = threshold !== undefined || randomness !== undefined;
  log.warnOnce(
    isProbability
      ? 'the sampler traceidratio decides about spans whose parents were sampled by probability; use the sampler probability here too, or parentbased_traceidratio to follow the parents'
      : 'the sampler traceidratio decides about spans with parents, where SDKs differ and may yet change; use parentbased_traceidratio to follow the parents, or probability',
  );
}
