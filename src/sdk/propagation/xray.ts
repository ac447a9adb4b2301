import type { SpanContext, TextMapPropagator } from '@opentelemetry/api';
import { spanContextOf } from '../trace/context-keys';
import { withSpanContext } from '../trace/non-recording-span';
import { readHeader } from './header-value';
import { isSpanContextValid, readSpanId, readTraceId } from './hex-id';

const TRACE_HEADER = 'x-amzn-trace-id';

/** Longer headers are not read; AWS appends fields of its own. */
const MAX_CHARS = 1024;

/**
 * The tracing header of AWS X-Ray: `Root=1-{8 hex: seconds}-{24 hex};Parent={span id};Sampled=1`. One without a parent (a
 * load balancer's) or without a decision (`Sampled=?`) names no span to continue, and is left alone.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export const xray: TextMapPropagator = {
  inject(context, carrier, setter) {
    const spanContext = spanContextOf(context);
    if (spanContext === undefined || !isSpanContextValid(spanContext)) return;
    const { traceId, spanId, traceFlags } = spanContext;
    const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
    setter.set(carrier, TRACE_HEADER, `Root=${root};Parent=${spanId};Sampled=${traceFlags & 1}`);
  },

  extract(context, carrier, getter) {
    const header = readHeader(carrier, getter, 'X-Amzn-Trace-Id');
    const spanContext = header === undefined ? undefined : parse(header);
    return spanContext === undefined ? context : withSpanContext(context, spanContext);
  },

  fields: () => [TRACE_HEADER],
};

function parse(header: string): SpanContext | undefined {
  if (header.length > MAX_CHARS) return undefined;
  let traceId: string | undefined;
  let spanId: string | undefined;
  let sampled: string | undefined;
  for (const field of header.split(';')) {
    const equals = field.indexOf('=');
    const key = field.slice(0, Math.max(equals, 0)).trim();
    const value = field.slice(equals + 1).trim();
    if (key === 'Root') traceId = parseRoot(value);
    else if (key === 'Parent') spanId = readSpanId(value);
    else if (key === 'Sampled') sampled = value;
  }
  if (traceId === undefined || spanId === undefined || (sampled !== '1' && sampled !== '0')) return undefined;
  return { traceId, spanId, traceFlags: Number(sampled), isRemote: true };
}

/** `1-5759e988-bd862e3fe1be46a994272793` */
function parseRoot(root: string): string | undefined {
  if (root.length !== 35 || !root.startsWith('1-') || root[10] !== '-') return undefined;
  return readTraceId(root.slice(2, 10) + root.slice(11), 32);
}
