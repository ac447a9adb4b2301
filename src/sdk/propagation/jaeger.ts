import type { SpanContext, TextMapPropagator } from '@opentelemetry/api';
import { spanContextOf } from '../trace/context-keys';
import { withSpanContext } from '../trace/non-recording-span';
import { extractBaggageHeaders, injectBaggageHeaders } from './baggage-headers';
import { isDebug, withDebug } from './debug-flag';
import { readHeader } from './header-value';
import { isSpanContextValid, readSpanId, readTraceId } from './hex-id';
import { percentDecode, percentEncode } from './percent-encoding';

const TRACE_ID = 'uber-trace-id';
const BAGGAGE_PREFIX = 'uberctx-';

const SAMPLED = 1;
const DEBUG = 2;

/**
 * Jaeger's own format: `uber-trace-id: {trace id}:{span id}:{parent, deprecated}:{flags}` and a header `uberctx-{key}` for
 * each baggage entry.
 *
 * @see https://www.jaegertracing.io/sdk-migration/#propagation-format
 */
export const jaeger: TextMapPropagator = {
  inject(context, carrier, setter) {
    const spanContext = spanContextOf(context);
    if (spanContext !== undefined && isSpanContextValid(spanContext)) {
      const { traceId, spanId, traceFlags } = spanContext;
      const flags = isDebug(context) ? SAMPLED | DEBUG : traceFlags & SAMPLED;
      setter.set(carrier, TRACE_ID, `${traceId}:${spanId}:0:${flags}`);
    }
    injectBaggageHeaders(context, carrier, setter, BAGGAGE_PREFIX, percentEncode);
  },

  extract(context, carrier, getter) {
    const header = readHeader(carrier, getter, TRACE_ID);
    const found = header === undefined ? undefined : parse(header);
    let extracted = found ? withSpanContext(context, found.spanContext) : context;
    if (found?.isDebug) extracted = withDebug(extracted);
    return extractBaggageHeaders(extracted, carrier, getter, BAGGAGE_PREFIX);
  },

  fields: () => [TRACE_ID],
};

/** Some clients percent-encode the header; leading zeros of ids may be missing. */
function parse(header: string): { spanContext: SpanContext; isDebug: boolean } | undefined {
  const fields = percentDecode(header.slice(0, 256)).trim().split(':', 5);
  if (fields.length !== 4) return undefined;
  const traceId = readTraceId(fields[0]!, 1);
  const spanId = readSpanId(fields[1]!, 1);
  const flags = twoHexDigits.test(fields[3]!) ? Number.parseInt(fields[3]!, 16) : Number.NaN;
  if (traceId === undefined || spanId === undefined || Number.isNaN(flags)) return undefined;
  // Debug implies sampled.
  const traceFlags = (flags & (SAMPLED | DEBUG)) !== 0 ? SAMPLED : 0;
  return {
    spanContext: { traceId, spanId, traceFlags, isRemote: true },
    isDebug: (flags & DEBUG) !== 0,
  };
}

const twoHexDigits = /^[0-9a-f]{1,2}$/i;
