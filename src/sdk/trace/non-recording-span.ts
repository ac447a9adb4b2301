import type { Context, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import { SpanIdentity } from '../../model/span-identity';
import { identityKey, parentOf, spanKey, spanOf } from './context-keys';

/** A span that only carries its identity: not sampled, or the parent in another process. Every other call does nothing. */
export class NonRecordingSpan implements Span {
  readonly [identityKey]: SpanContext;

  constructor(spanContext: SpanContext) {
    this[identityKey] = spanContext;
  }

  spanContext(): SpanContext {
    const own = this[identityKey];
    return own instanceof SpanIdentity ? own.toSpanContext() : own;
  }
  isRecording(): boolean {
    return false;
  }
  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  recordException(): void {}
  end(): void {}
}

/** A context whose span is one of another process. */
export function withSpanContext(context: Context, spanContext: SpanContext): Context {
  return context.setValue(spanKey, new NonRecordingSpan(spanContext));
}

/** The identity of nothing (API specification, "IsValid"). */
export const invalidSpanContext: SpanContext = {
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  traceFlags: 0,
};

/** The span of nothing: what nobody records goes by it, where there is nothing to hand on. */
export const noSpan = new NonRecordingSpan(invalidSpanContext);

/** Where nobody wants spans: the one that came from elsewhere, handed on as it is. */
export function passedSpan(context: Context): Span {
  const found = spanOf(context);
  if (found === undefined || found instanceof NonRecordingSpan) return found ?? noSpan;
  return new NonRecordingSpan(parentOf(context) ?? invalidSpanContext);
}

/**
 * The span of what is not to be traced. A parent is handed on as it came. Without one, what is done for a request to a server goes on in a trace that is
 * not sampled, also elsewhere; but a program that calls others on its own account tells them nothing, so that they decide themselves.
 */
export function suppressedSpan(
  parent: SpanContext | undefined,
  identity: SpanContext,
  kind: SpanKind | undefined,
): NonRecordingSpan {
  return new NonRecordingSpan(parent ?? (kind === server ? identity : invalidSpanContext));
}
const server: SpanKind.SERVER = 1;
