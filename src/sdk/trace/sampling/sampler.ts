import type { Attributes, Link, SpanContext, SpanKind, TraceState } from '@opentelemetry/api';
import type { EndedSpan } from '../../../model/ended-span';
import type { TraceIdentity } from '../../../model/span-identity';

/**
 * Decides at the start of a span what becomes of it (OpenTelemetry SDK specification, "Sampling"). Most need to know nothing but the
 * parent and the trace id, and are a plain function: nothing is allocated for a span that is not sampled.
 */
export type Sampler = IdentitySampler | SpanSampler;

/** @returns whether the span is sampled */
export type IdentitySampler = (parent: SpanContext | undefined, identity: TraceIdentity) => boolean;

/** A sampler that looks at more than the identity. */
export interface SpanSampler {
  /**
   * Whether the attributes, or the name that they lead to, play a role for spans with such a parent. If so, instrumentations
   * collect them before the decision.
   */
  wantsAttributes(parent: SpanContext | undefined): boolean;
  shouldSample(start: SpanStart): SamplingResult;
}

/** What is known of a span when it starts. */
export interface SpanStart extends TraceIdentity {
  readonly parent: SpanContext | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: ReadonlyAttributes;
  readonly links: readonly Link[];
}

/** Attributes to look into, however they are held. */
export interface ReadonlyAttributes {
  get(key: string): unknown;
}

/** `record`: what happens is recorded, but not exported, and the flag that goes out is that of an unsampled span. */
export interface SamplingResult {
  readonly decision: 'drop' | 'record' | 'sample';
  /** Added to the span. */
  readonly attributes?: Attributes;
  /** Of the new span; missing: the parent's. */
  readonly traceState?: TraceState;
  /** Sees how the span ended, if it is recorded. */
  readonly onEnd?: (span: EndedSpan) => void;
}

/** Not recorded. */
export const dropped: SamplingResult = { decision: 'drop' };
/** Recorded, for those who look at spans inside the process, and not exported. */
export const recorded: SamplingResult = { decision: 'record' };
/** Recorded and exported. */
export const sampled: SamplingResult = { decision: 'sample' };

/** Asks a sampler of either form. */
export function askSampler(sampler: Sampler, start: SpanStart): SamplingResult {
  if (typeof sampler !== 'function') return sampler.shouldSample(start);
  return sampler(start.parent, start) ? sampled : dropped;
}

/** As {@link SpanSampler.wantsAttributes}, of a sampler of either form. */
export function wantsAttributes(sampler: Sampler, parent: SpanContext | undefined): boolean {
  return typeof sampler !== 'function' && sampler.wantsAttributes(parent);
}

const sampledFlag = 1;

/** Whether the flag is set. */
export function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & sampledFlag) !== 0;
}
