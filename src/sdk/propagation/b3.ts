import type { Context, SpanContext, TextMapGetter, TextMapPropagator } from '@opentelemetry/api';
import { spanContextOf } from '../trace/context-keys';
import { withSpanContext } from '../trace/non-recording-span';
import { isDebug, withDebug } from './debug-flag';
import { readHeader } from './header-value';
import { isSpanContextValid, readSpanId, readTraceId } from './hex-id';

const SINGLE = 'b3';
const TRACE_ID = 'x-b3-traceid';
const SPAN_ID = 'x-b3-spanid';
const SAMPLED = 'x-b3-sampled';
const FLAGS = 'x-b3-flags';

/** Of the one header, which has at most 68 and perhaps white space around it: a longer one is none. */
const MAX_CHARS = 512;

/** What the headers say: the identity, and `1`, `0`, `d` (debug) or nothing, which leaves the decision open. */
interface B3 {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampling: string | undefined;
}

/**
 * B3 in its one header, `b3: {trace id}-{span id}-{1, 0 or d}`. Reads the several headers too, when the one is not there.
 *
 * @see https://github.com/openzipkin/b3-propagation#single-header
 * @see https://opentelemetry.io/docs/specs/otel/context/api-propagators/#b3-requirements
 */
export const b3: TextMapPropagator = {
  inject(context, carrier, setter) {
    const spanContext = validSpanContext(context);
    if (spanContext === undefined) return;
    const sampling = isDebug(context) ? 'd' : sampledDigit(spanContext);
    setter.set(carrier, SINGLE, `${spanContext.traceId}-${spanContext.spanId}-${sampling}`);
  },
  extract,
  fields: () => [SINGLE],
};

/**
 * B3 in several headers, `X-B3-TraceId` and so on. Reads the one header first, as the specification asks.
 *
 * @see https://github.com/openzipkin/b3-propagation#multiple-headers
 */
export const b3multi: TextMapPropagator = {
  inject(context, carrier, setter) {
    const spanContext = validSpanContext(context);
    if (spanContext === undefined) return;
    setter.set(carrier, TRACE_ID, spanContext.traceId);
    setter.set(carrier, SPAN_ID, spanContext.spanId);
    // Debug implies an accept decision, which is then not sent.
    if (isDebug(context)) setter.set(carrier, FLAGS, '1');
    else setter.set(carrier, SAMPLED, sampledDigit(spanContext));
  },
  extract,
  fields: () => [TRACE_ID, SPAN_ID, SAMPLED, FLAGS],
};

function extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
  const found = readSingle(carrier, getter) ?? readMulti(carrier, getter);
  if (found === undefined) return context;
  const { traceId, spanId, sampling } = found;
  const traceFlags = sampling === '1' || sampling === 'd' ? 1 : 0;
  const extracted = withSpanContext(context, { traceId, spanId, traceFlags, isRemote: true });
  return sampling === 'd' ? withDebug(extracted) : extracted;
}

function readSingle<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): B3 | undefined {
  const header = readHeader(carrier, getter, SINGLE);
  if (header === undefined || header.length > MAX_CHARS) return undefined;
  // The fourth field, the parent's span id, is of no use here.
  const [traceIdText = '', spanIdText = '', sampling, parentId, more] = header.trim().split('-', 5);
  if (more !== undefined || (parentId !== undefined && readSpanId(parentId) === undefined)) return undefined;
  if (sampling !== undefined && sampling !== '1' && sampling !== '0' && sampling !== 'd') return undefined;
  return identity(traceIdText, spanIdText, sampling);
}

function readMulti<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): B3 | undefined {
  const traceIdText = readHeader(carrier, getter, 'X-B3-TraceId');
  const spanIdText = readHeader(carrier, getter, 'X-B3-SpanId');
  if (traceIdText === undefined || spanIdText === undefined) return undefined;
  const sampled = readHeader(carrier, getter, 'X-B3-Sampled')?.slice(0, MAX_CHARS).toLowerCase();
  const isDebugTrace = readHeader(carrier, getter, 'X-B3-Flags') === '1';
  const sampling = isDebugTrace ? 'd' : sampled === '1' || sampled === 'true' ? '1' : '0';
  return identity(traceIdText, spanIdText, sampling);
}

function identity(traceIdText: string, spanIdText: string, sampling: string | undefined): B3 | undefined {
  // 64 or 128 bits, nothing between.
  if (traceIdText.length !== 16 && traceIdText.length !== 32) return undefined;
  const traceId = readTraceId(traceIdText);
  const spanId = readSpanId(spanIdText);
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId, sampling };
}

function validSpanContext(context: Context): SpanContext | undefined {
  const spanContext = spanContextOf(context);
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}

function sampledDigit({ traceFlags }: SpanContext): string {
  return (traceFlags & 1) !== 0 ? '1' : '0';
}
