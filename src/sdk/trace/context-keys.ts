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

/** The identity of a context's span, valid or not. */
export function spanContextOf(context: Context): SpanContext | undefined {
  return spanOf(context)?.spanContext();
}

/** The identity of a context's span if it is a valid one: the parent of what starts in that context. */
export function parentOf(context: Context): SpanContext | undefined {
  const spanContext = spanOf(context)?.spanContext();
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

function isValid({ traceId, spanId }: SpanContext): boolean {
  return (
    traceId?.length === 32 &&
    spanId?.length === 16 &&
    traceId !== '00000000000000000000000000000000' &&
    spanId !== '0000000000000000'
  );
}
