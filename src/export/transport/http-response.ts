import type { Outcome } from '../outcome';

/** Responses above this are not read (OTLP specification, "Response size"). */
export const maxResponseBytes = 4 * 1024 * 1024;

/** The receiver's wish is honoured up to this long. */
const maxRetryAfterMillis = 5 * 60_000;

const retryableStatuses = new Set([429, 502, 503, 504]);

/**
 * What an HTTP answer means (OTLP specification, "OTLP/HTTP Response": retryable are 429, 502, 503 and 504 alone).
 * @param retryAfter - the Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3).
 */
export function outcomeOf(status: number, retryAfter: string | undefined, body: Uint8Array): Outcome {
  if (status >= 200 && status < 300) return partialSuccess(body);
  const reason = `HTTP ${status}`;
  if (!retryableStatuses.has(status)) return { kind: 'failure', reason };
  return { kind: 'retryable', reason, delayMillis: parseRetryAfter(retryAfter) };
}

function parseRetryAfter(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const seconds = Number(value);
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isNaN(millis) ? undefined : Math.min(Math.max(millis, 0), maxRetryAfterMillis);
}

/**
 * Reads `ExportTraceServiceResponse.partial_success` (field 1: rejected count, field 2: message), which has the same shape for
 * all signals. A body that cannot be read counts as plain success: the receiver said 2xx.
 */
function partialSuccess(body: Uint8Array): Outcome {
  if (body.length === 0) return { kind: 'success' };
  try {
    const { Reader } = require('protobufjs/minimal') as typeof import('protobufjs/minimal');
    const reader = Reader.create(body);
    let count = 0;
    let message = '';
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag !== ((1 << 3) | 2)) {
        reader.skipType(tag & 7);
        continue;
      }
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) {
        const field = reader.uint32();
        if (field === ((1 << 3) | 0)) count = Number(reader.int64());
        else if (field === ((2 << 3) | 2)) message = reader.string();
        else reader.skipType(field & 7);
      }
    }
    return count > 0 || message !== ''
      ? { kind: 'success', rejected: { count, message } }
      : { kind: 'success' };
  } catch {
    return { kind: 'success' };
  }
}
