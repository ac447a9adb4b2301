import type { TextMapPropagator } from '@opentelemetry/api';
import { spanContextOf } from '../trace/context-keys';
import { withSpanContext } from '../trace/non-recording-span';
import { listHeader, singleHeader } from './header-value';
import { isSpanContextValid } from './hex-id';
import { lazyTraceState, MAX_TRACE_STATE_CHARS } from './trace-state';
import { formatTraceparent, parseTraceparent } from './traceparent';

export { formatTraceparent, parseTraceparent };

const TRACEPARENT = 'traceparent';
const TRACESTATE = 'tracestate';

/**
 * Carries the span context in `traceparent` and `tracestate`. A header that cannot be used leaves the context as it is.
 *
 * @see https://www.w3.org/TR/trace-context-2/
 */
export const w3cTraceContext: TextMapPropagator = {
  inject(context, carrier, setter) {
    const spanContext = spanContextOf(context);
    if (spanContext === undefined || !isSpanContextValid(spanContext)) return;
    setter.set(carrier, TRACEPARENT, formatTraceparent(spanContext));
    const traceState = spanContext.traceState?.serialize();
    if (traceState) setter.set(carrier, TRACESTATE, traceState);
  },

  extract(context, carrier, getter) {
    const traceparent = singleHeader(getter.get(carrier, TRACEPARENT));
    const spanContext = traceparent === undefined ? undefined : parseTraceparent(traceparent);
    if (spanContext === undefined) return context;
    const tracestate = listHeader(getter.get(carrier, TRACESTATE), MAX_TRACE_STATE_CHARS);
    if (tracestate) spanContext.traceState = lazyTraceState(tracestate);
    return withSpanContext(context, spanContext);
  },

  fields: () => [TRACEPARENT, TRACESTATE],
};
