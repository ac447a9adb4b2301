import type { Outcome } from '../outcome';
import { readFields } from './protobuf-fields';

/** Of what a receiver says, in characters: it stands on one line with our own words. */
export const maxExplanation = 200;

const plainSuccess: Outcome = { kind: 'success' };

/**
 * Reads the answer to an export that was accepted, in protobuf or JSON: its `partial_success` (field 1: rejected count, field 2: message) has the
 * same shape for all signals. An answer that cannot be read counts as plain success: the receiver said so. Of a message the first
 * {@link maxExplanation} characters are kept.
 */
export function successOf(body: Uint8Array): Outcome {
  if (body.length === 0) return plainSuccess;
  try {
    const { count, message } = body[0] === openingBrace ? readJson(body) : readProtobuf(body);
    return count > 0 || message !== '' ? { kind: 'success', rejected: { count, message } } : plainSuccess;
  } catch {
    return plainSuccess;
  }
}

/** No tag of a protobuf field that exists there. */
const openingBrace = '{'.charCodeAt(0);

interface Rejected {
  count: number;
  message: string;
}

/** An answer as long as this is unusual, and only looked into. */
const maxJsonBytes = 16_384;

function readJson(body: Uint8Array): Rejected {
  const text = Buffer.from(body.subarray(0, maxJsonBytes)).toString();
  if (body.length > maxJsonBytes)
    return { count: Number(/"rejected\w{4,10}":\s?"?(\d{1,15})/.exec(text)?.[1] ?? 0), message: '' };
  const { partialSuccess = {} } = JSON.parse(text);
  const { rejectedSpans, rejectedDataPoints, rejectedLogRecords, errorMessage } = partialSuccess;
  const count = Number(rejectedSpans ?? rejectedDataPoints ?? rejectedLogRecords ?? 0);
  return { count, message: typeof errorMessage === 'string' ? errorMessage.slice(0, maxExplanation) : '' };
}

function readProtobuf(body: Uint8Array): Rejected {
  const rejected = { count: 0, message: '' };
  readFields(body, (number, value) => {
    if (number !== 1 || typeof value === 'number') return;
    readFields(value, (inner, one) => {
      if (inner === 1 && typeof one === 'number') rejected.count = one;
      // A character has at most four bytes.
      else if (inner === 2 && typeof one !== 'number')
        rejected.message = Buffer.from(one.subarray(0, 4 * maxExplanation))
          .toString()
          .slice(0, maxExplanation);
    });
  });
  return rejected;
}
