import type { SpanContext } from '@opentelemetry/api';
import { charCodeAt } from '../../model/char-code';
import { SpanIdentity } from '../../model/span-identity';

const TRACE_ID_CHARS = 32;
const SPAN_ID_CHARS = 16;

/**
 * A trace id of a format that allows 64 bits or upper-case digits, as OpenTelemetry writes it: 32 lower-case hex digits,
 * filled up with zeros on the left.
 *
 * @param text what stands in the header
 * @param minChars fewer digits than these are refused
 * @returns undefined when it is no id, or all zero
 */
export function readTraceId(text: string, minChars = SPAN_ID_CHARS): string | undefined {
  return readHex(text, minChars, TRACE_ID_CHARS);
}

/** A span id, as {@link readTraceId} reads a trace id. */
export function readSpanId(text: string, minChars = SPAN_ID_CHARS): string | undefined {
  return readHex(text, minChars, SPAN_ID_CHARS);
}

/** Whether both ids, unless they are ours, have their length, are hex digits, and not all zero: the API's function of that name, with a third of its instructions. */
export function isSpanContextValid(spanContext: SpanContext): boolean {
  if (spanContext instanceof SpanIdentity) return true;
  return isId(spanContext.traceId, TRACE_ID_CHARS) && isId(spanContext.spanId, SPAN_ID_CHARS);
}

function readHex(text: string, minChars: number, maxChars: number): string | undefined {
  if (text.length < minChars || text.length > maxChars || !isId(text, text.length)) return undefined;
  return text.toLowerCase().padStart(maxChars, '0');
}

function isId(text: string, length: number): boolean {
  if (text.length !== length) return false;
  let isZero = true;
  for (let i = 0; i < length; i++) {
    const code = charCodeAt(text, i);
    const isDigit = code >= 0x30 && code <= 0x39;
    const lowerCase = code | 0x20;
    if (!isDigit && !(lowerCase >= 0x61 && lowerCase <= 0x66)) return false;
    if (code !== 0x30) isZero = false;
  }
  return !isZero;
}
