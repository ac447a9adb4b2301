import type { TextMapPropagator } from '@opentelemetry/api';
import { spanContextOf } from '../trace/context-keys';
import { withSpanContext } from '../trace/non-recording-span';
import { extractBaggageHeaders, injectBaggageHeaders } from './baggage-headers';
import { readHeader } from './header-value';
import { isSpanContextValid, readSpanId, readTraceId } from './hex-id';

const TRACE_ID = 'ot-tracer-traceid';
const SPAN_ID = 'ot-tracer-spanid';
const SAMPLED = 'ot-tracer-sampled';
/** One more than what it may say, so that nothing longer passes for it. */
const MAX_SAMPLED_CHARS = 'false'.length + 1;
const BAGGAGE_PREFIX = 'ot-baggage-';

/**
 * The format of the OpenTracing basic tracers. It knows ids of 64 bits only: of a trace id the lower half is sent, and
 * what comes in gets zeros for the upper one.
 *
 * @see https://opentelemetry.io/docs/specs/otel/context/api-propagators/#propagators-distribution ("OT Trace")
 */
export const ottrace: TextMapPropagator = {
  inject(context, carrier, setter) {
    const spanContext = spanContextOf(context);
    if (spanContext === undefined || !isSpanContextValid(spanContext)) return;
    setter.set(carrier, TRACE_ID, spanContext.traceId.slice(16));
    setter.set(carrier, SPAN_ID, spanContext.spanId);
    setter.set(carrier, SAMPLED, (spanContext.traceFlags & 1) !== 0 ? 'true' : 'false');
    injectBaggageHeaders(context, carrier, setter, BAGGAGE_PREFIX, headerValue);
  },

  extract(context, carrier, getter) {
    const traceId = readTraceId(readHeader(carrier, getter, TRACE_ID) ?? '', 1);
    const spanId = readSpanId(readHeader(carrier, getter, SPAN_ID) ?? '', 1);
    if (traceId === undefined || spanId === undefined) return context;
    const sampled = readHeader(carrier, getter, SAMPLED)?.slice(0, MAX_SAMPLED_CHARS).toLowerCase();
    const traceFlags = sampled === 'true' || sampled === '1' ? 1 : 0;
    const extracted = withSpanContext(context, { traceId, spanId, traceFlags, isRemote: true });
    return extractBaggageHeaders(extracted, carrier, getter, BAGGAGE_PREFIX);
  },

  fields: () => [TRACE_ID, SPAN_ID, SAMPLED],
};

const printableAscii = /^[\x20-\x7e]*$/;

/** The format knows no encoding, so a value that a header cannot hold stays behind. */
function headerValue(value: string): string | undefined {
  return printableAscii.test(value) ? value : undefined;
}
