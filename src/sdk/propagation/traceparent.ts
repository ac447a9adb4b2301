import type { SpanContext } from '@opentelemetry/api';
import { charCodeAt } from '../../model/char-code';
import { textOf } from '../../model/hex-digits';
import { SpanIdentity } from '../../model/span-identity';
import { sliceTrimmed } from './optional-whitespace';

// version "-" trace-id "-" parent-id "-" trace-flags
const TRACE_ID_START = 3;
const TRACE_ID_END = 35;
const SPAN_ID_START = 36;
const SPAN_ID_END = 52;
const FLAGS_START = 53;
const LENGTH = 55;

/** With white space around it, which the header's grammar does not have but some senders add. */
const MAX_PADDED_LENGTH = 512;

const DASH = 0x2d;
const ZERO = 0x30;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/** `sampled` (level 1) and `random-trace-id` (level 2); the other bits must be sent as zero. */
const KNOWN_FLAGS = 0x03;

/** Character codes of a header that is being written. */
const codes = Array.from(`00-${NO_TRACE}-${NO_SPAN}-00`, (char) => char.charCodeAt(0));

/**
 * Reads a `traceparent` header of this or any later version. Total: no input throws, the time does not depend on it.
 *
 * @param header the header's value
 * @returns a remote span context without trace state, or undefined when the header must be ignored
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function parseTraceparent(header: string): SpanContext | undefined {
  if (header.charCodeAt(2) !== DASH) {
    if (header.length > MAX_PADDED_LENGTH) return undefined;
    header = sliceTrimmed(header, 0, header.length);
  }
  if (!hasShape(header)) return undefined;
  const traceId = header.slice(TRACE_ID_START, TRACE_ID_END);
  const spanId = header.slice(SPAN_ID_START, SPAN_ID_END);
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  const traceFlags = hexDigit(header.charCodeAt(FLAGS_START + 1)) & KNOWN_FLAGS;
  return { traceId, spanId, traceFlags, isRemote: true };
}

/**
 * Writes a `traceparent` header of version 00.
 *
 * @param spanContext a valid span context
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values
 */
export function formatTraceparent(spanContext: SpanContext): string {
  if (spanContext instanceof SpanIdentity) {
    spanContext.putTraceId(codes, TRACE_ID_START);
    spanContext.putSpanId(codes, SPAN_ID_START);
    codes[LENGTH - 1] = ZERO | (spanContext.traceFlags & KNOWN_FLAGS);
    return textOf(codes);
  }
  return `00-${spanContext.traceId}-${spanContext.spanId}-0${spanContext.traceFlags & KNOWN_FLAGS}`;
}

function hasShape(header: string): boolean {
  return (
    hasVersion(header) &&
    header.charCodeAt(TRACE_ID_START - 1) === DASH &&
    isHex(header, TRACE_ID_START, TRACE_ID_END) &&
    header.charCodeAt(TRACE_ID_END) === DASH &&
    isHex(header, SPAN_ID_START, SPAN_ID_END) &&
    header.charCodeAt(SPAN_ID_END) === DASH &&
    isHex(header, FLAGS_START, LENGTH)
  );
}

/** Version 00 has exactly its four fields; a later one may go on after a dash; ff is forbidden. */
function hasVersion(header: string): boolean {
  if (!isHex(header, 0, 2) || header.startsWith('ff')) return false;
  if (header.length === LENGTH) return true;
  return header.length > LENGTH && !header.startsWith('00') && header.charCodeAt(LENGTH) === DASH;
}

function isHex(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (hexDigit(charCodeAt(text, i)) < 0) return false;
  }
  return true;
}

/** The value of a lower-case hex digit, or -1: upper-case digits are not allowed. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}
