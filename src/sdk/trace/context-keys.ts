import type { Context, Span, SpanContext } from '@opentelemetry/api';

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

/** How a span of ours is asked for its identity without making text of it. */
export const identityKey = Symbol('identity');

/** The identity of a span, valid or not: of our own ones for our own use only, since it is no plain object. */
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
  return spanContext !== undefined && isValid(spanContext) ? spanContext : undefined;
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
  // A `SpanIdentity` is; told by a property of it, since its class is loaded with the first span.
  if ('trace' in spanContext) return true;
  const { traceId, spanId } = spanContext;
  return (
    traceId?.length === 32 &&
    spanId?.length === 16 &&
    traceId !== '00000000000000000000000000000000' &&
    spanId !== '0000000000000000'
  );
}
