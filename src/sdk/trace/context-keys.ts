import type { Context, Span, SpanContext } from '@opentelemetry/api';
import type { SpanIdentity } from '../../model/span-identity';

/**
 * The API's own keys (`createContextKey` is `Symbol.for`), so that every copy of `@opentelemetry/api` in the program
 * finds our span in our context and we find theirs.
 */
export const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');
const suppressTracingKey = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** The span of a context, if it has one. */
export function spanOf(context: Context): Span | undefined {
  return context.getValue(spanKey) as Span | undefined;
}

/** What our spans have their identity under, for those who need no text of it. */
export const identityKey = Symbol('identity');

/** The identity of a span, valid or not. That of one of ours is no plain object, and not for programs. */
export function identityOf(span: Span): SpanContext {
  const { [identityKey]: own } = span as Partial<{ readonly [identityKey]: SpanContext }>;
  return own ?? span.spanContext();
}

/** The identity of a context's span, as {@link identityOf}. */
export function spanContextOf(context: Context): SpanContext | undefined {
  const span = spanOf(context);
  return span && identityOf(span);
}

/** The same if it is valid: the parent of what starts in that context. */
export function parentOf(context: Context): SpanContext | undefined {
  const spanContext = spanContextOf(context);
  return spanContext && isValid(spanContext) ? spanContext : undefined;
}

/** Whether spans started in this context are to be dropped (the flag that SDKs and exporters of a program set). */
export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(suppressTracingKey) === true;
}

/** A context in which spans are dropped. */
export function suppressTracing(context: Context): Context {
  return context.setValue(suppressTracingKey, true);
}

function isValid(spanContext: SpanContext): boolean {
  // One of ours is; told by a method of it, since its class is loaded with the first span only.
  if (typeof (spanContext as Partial<SpanIdentity>).toSpanContext === 'function') return true;
  const { traceId, spanId } = spanContext;
  return (
    traceId?.length === 32 &&
    spanId?.length === 16 &&
    traceId !== '00000000000000000000000000000000' &&
    spanId !== '0000000000000000'
  );
}
