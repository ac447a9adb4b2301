import type { Outcome } from '../outcome';

const plainSuccess: Outcome = { kind: 'success' };

/**
 * Reads the answer to an export that was accepted, in protobuf or JSON: its `partial_success` (field 1: rejected count, field 2: message) has the
 * same shape for all signals. An answer that cannot be read counts as plain success: the receiver said so.
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

function readJson(body: Uint8Array): Rejected {
  const { partialSuccess = {} } = JSON.parse(Buffer.from(body).toString());
  const { rejectedSpans, rejectedDataPoints, rejectedLogRecords, errorMessage } = partialSuccess;
  const count = Number(rejectedSpans ?? rejectedDataPoints ?? rejectedLogRecords ?? 0);
  return { count, message: typeof errorMessage === 'string' ? errorMessage : '' };
}

function readProtobuf(body: Uint8Array): Rejected {
  const { Reader } = require('protobufjs/minimal') as typeof import('protobufjs/minimal');
  const reader = Reader.create(body);
  const rejected = { count: 0, message: '' };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag !== ((1 << 3) | 2)) {
      reader.skipType(tag & 7);
      continue;
    }
    const end = reader.uint32() + reader.pos;
    while (reader.pos < end) {
      const field = reader.uint32();
      if (field === ((1 << 3) | 0)) rejected.count = Number(reader.int64());
      else if (field === ((2 << 3) | 2)) rejected.message = reader.string();
      else reader.skipType(field & 7);
    }
  }
  return rejected;
}
