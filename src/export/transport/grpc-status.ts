import type { Outcome } from '../outcome';
import { maxRetryAfterMillis } from './http-response';
import { maxExplanation } from './partial-success';
import { readFields } from './protobuf-fields';

/** Status codes of gRPC by number (github.com/grpc/grpc, doc/statuscodes.md). */
const names = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type StatusName = (typeof names)[number];

const retryable: ReadonlySet<string> = new Set<StatusName>([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/**
 * What a gRPC status other than OK means (OTLP specification, "Failures": RESOURCE_EXHAUSTED may be retried only if the receiver says when).
 *
 * @param code - `grpc-status`
 * @param message - `grpc-message`, percent-encoded
 * @param details - `grpc-status-details-bin`: a `google.rpc.Status` in base64
 */
export function outcomeOfStatus(code: number, message = '', details?: string): Outcome {
  const name = names[code] ?? `status ${code}`;
  const text = decodeMessage(message);
  const reason = text === '' ? name : `${name}, ${text}`;
  const delayMillis = retryDelayMillis(details);
  if (retryable.has(name)) return { kind: 'retryable', reason, delayMillis: delayMillis || undefined };
  if (name === 'RESOURCE_EXHAUSTED' && delayMillis !== undefined)
    return { kind: 'retryable', reason, delayMillis };
  // There is no code for this alone: the servers of Go, Java, C++ and Node.js word it alike.
  if (name === 'RESOURCE_EXHAUSTED' && /larger than max|exceeds maximum/i.test(text)) {
    return { kind: 'tooLarge', reason };
  }
  return { kind: 'failure', reason };
}

/** Of a status: encoded, a character has at most nine. */
const maxMessageChars = 9 * maxExplanation;

/** Percent-encoded UTF-8; what is not is taken as it is (gRPC over HTTP/2, "Status-Message"). */
function decodeMessage(message: string): string {
  const querystring = require('node:querystring') as typeof import('node:querystring');
  return querystring
    .unescape(message.slice(0, maxMessageChars))
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maxExplanation);
}

/** A longer one is not looked at: a `RetryInfo` takes a hundred, and servers allow 8 KB for all that comes with a status. */
const maxDetailsChars = 8192;
/** Of different kinds; the one that is wanted comes once. */
const maxDetails = 32;

/** `google.rpc.Status`: details (field 3) are `Any`s, of which `google.rpc.RetryInfo` is wanted. Undefined if there is none. */
function retryDelayMillis(details: string | undefined): number | undefined {
  if (!details || details.length > maxDetailsChars) return undefined;
  try {
    const status = fieldsOf(Buffer.from(details.split(',')[0]!, 'base64'));
    for (const any of status.get(3)?.slice(0, maxDetails) ?? []) {
      const { 1: type, 2: value } = Object.fromEntries(fieldsOf(any as Uint8Array));
      if (!String(Buffer.from(type![0] as Uint8Array)).endsWith('/google.rpc.RetryInfo')) continue;
      const [duration = new Uint8Array()] =
        fieldsOf((value?.[0] ?? new Uint8Array()) as Uint8Array).get(1) ?? [];
      const parts = fieldsOf(duration as Uint8Array);
      const [seconds = 0] = parts.get(1) ?? [];
      const [nanos = 0] = parts.get(2) ?? [];
      const millis = Number(seconds) * 1000 + Number(nanos) / 1e6;
      return Math.min(Math.max(millis, 0), maxRetryAfterMillis);
    }
  } catch {
    // Not what it says it is.
  }
  return undefined;
}

/** The numbers and the bytes in a message, by field. */
function fieldsOf(message: Uint8Array): Map<number, (Uint8Array | number)[]> {
  const fields = new Map<number, (Uint8Array | number)[]>();
  readFields(message, (field, value) => {
    const values = fields.get(field);
    if (values === undefined) fields.set(field, [value]);
    else values.push(value);
  });
  return fields;
}

/** What an HTTP status means where gRPC's own is missing, since something other than a gRPC server answered (doc/http-grpc-status-mapping.md). */
export function outcomeOfHttpStatus(status: number): Outcome {
  const reason = `HTTP ${status} and no gRPC status`;
  return [429, 502, 503, 504].includes(status) ? { kind: 'retryable', reason } : { kind: 'failure', reason };
}
