import type { SpanContext, TraceState } from '@opentelemetry/api';
import { lazyTraceState } from '../../propagation/trace-state';

/**
 * Thresholds and randomness are 56 bits, held here as 14 lower-case hex digits: texts of one length compare as the numbers do
 * (specification, "Explicit randomness value `rv`").
 */
export type Bits56 = string;

const member = 'ot';
const maxMemberChars = 256;
const randomnessForm = /^[0-9a-f]{14}$/;
const thresholdForm = /^[0-9a-f]{1,14}$/;

/** What OpenTelemetry's own member of the trace state says about sampling. */
export interface SamplingState {
  readonly threshold: Bits56 | undefined;
  readonly randomness: Bits56 | undefined;
}

const nothing: SamplingState = { threshold: undefined, randomness: undefined };

/**
 * Reads `th` and `rv` of the member `ot`. What breaks their grammar counts as missing.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
export function readSamplingState(traceState: TraceState | undefined): SamplingState {
  const value = traceState?.get(member);
  if (value === undefined) return nothing;
  let threshold: string | undefined;
  let randomness: string | undefined;
  for (const field of value.split(';')) {
    if (field.startsWith('th:') && thresholdForm.test(field.slice(3)))
      threshold = field.slice(3).padEnd(14, '0');
    if (field.startsWith('rv:') && randomnessForm.test(field.slice(3))) randomness = field.slice(3);
  }
  return { threshold, randomness };
}

/** The trace state with another threshold, or none; other fields, `rv` among them, and members stay. */
export function withThreshold(
  traceState: TraceState | undefined,
  threshold: Bits56 | undefined,
): TraceState | undefined {
  const value = traceState?.get(member);
  if (value === undefined && threshold === undefined) return traceState;
  const fields = value?.split(';').filter((field) => field !== '' && !field.startsWith('th:')) ?? [];
  if (threshold !== undefined) fields.unshift(`th:${threshold.replace(/0+$/, '') || '0'}`);
  const state = traceState ?? lazyTraceState('');
  const text = fields.join(';');
  // The specification wants the operation given up rather than other fields lost.
  if (text.length > maxMemberChars) return traceState;
  return text === '' ? state.unset(member) : state.set(member, text);
}

/** The randomness that all samplers of a trace see: explicit, or the low 56 bits of the trace id. */
export function randomnessOf(traceId: string, explicit: Bits56 | undefined): Bits56 {
  return explicit ?? traceId.slice(18);
}

const precision = 4;

/**
 * The rejection threshold of a probability, with four significant hex digits as the specification recommends.
 *
 * @param ratio from 2^-56 to 1
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/#converting-floating-point-probability-to-threshold-value
 */
export function thresholdOf(ratio: number): Bits56 {
  if (ratio >= 1) return '0'.repeat(14);
  // Leading f digits of the threshold are no significant ones: there is one for each four binary zeros that begin the ratio.
  const leading = Math.floor(-(Math.floor(Math.log2(ratio)) + 1) / 4);
  const digits = Math.max(1, Math.min(12, precision + Math.max(0, leading)));
  const unit = 16 ** digits;
  const rejected = Math.min(unit - 1, Math.floor((1 - ratio) * unit + 0.5));
  return rejected.toString(16).padStart(digits, '0').padEnd(14, '0');
}

/** Whether a parent's flag agrees with its threshold; else the threshold is not to be trusted. */
export function isConsistent(parent: SpanContext, { threshold, randomness }: SamplingState): boolean {
  if (threshold === undefined) return false;
  return ((parent.traceFlags & 1) !== 0) === randomnessOf(parent.traceId, randomness) >= threshold;
}
