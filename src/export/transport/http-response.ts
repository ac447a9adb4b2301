import type { Outcome } from '../outcome';
import { maxExplanation, successOf } from './partial-success';

/** Responses above this are not read (OTLP specification, "Response size"); after decompression too. */
export const maxResponseBytes = 4 * 1024 * 1024;

/** The receiver's wish is honoured up to this long. */
export const maxRetryAfterMillis = 5 * 60_000;

const retryableStatuses = new Set([429, 502, 503, 504]);

/**
 * What an HTTP answer means (OTLP specification, "OTLP/HTTP Response": retryable are 429, 502, 503 and 504 alone).
 * @param retryAfter - the Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3).
 */
export function outcomeOf(status: number, retryAfter: string | undefined, body: Uint8Array): Outcome {
  if (status >= 200 && status < 300) return successOf(body);
  const reason = `HTTP ${status}${explanationIn(body)}`;
  if (status === 413) return { kind: 'tooLarge', reason };
  if (!retryableStatuses.has(status)) return { kind: 'failure', reason };
  return { kind: 'retryable', reason, delayMillis: parseRetryAfter(retryAfter) };
}

/** The longest form of an HTTP date has 33; more is none, and is not looked at. */
const maxRetryAfterChars = 64;

function parseRetryAfter(value: string | undefined): number | undefined {
  if (!value || value.length > maxRetryAfterChars) return undefined;
  const seconds = Number(value);
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isNaN(millis) ? undefined : Math.min(Math.max(millis, 0), maxRetryAfterMillis);
}

/** What the receiver says about it: a line of text, or the longest text in a `google.rpc.Status`, in protobuf or JSON. */
function explanationIn(body: Uint8Array): string {
  const head = Buffer.from(body.subarray(0, 2 * maxExplanation)).toString();
  if (/^\s*</.test(head)) return '';
  const [longest = ''] = (head.match(/[^\p{Cc}\ufffd]{4,}/gu) ?? []).sort((a, b) => b.length - a.length);
  // In protobuf a short text comes after its length, which may look like a character of it.
  const isPrefixed = longest.charCodeAt(0) === Buffer.byteLength(longest) - 1;
  return longest && `, ${longest.slice(isPrefixed ? 1 : 0, maxExplanation).trim()}`;
}
