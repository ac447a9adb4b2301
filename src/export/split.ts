/** A part of a request, and how many items it has. */
export interface Part {
  readonly body: Uint8Array;
  readonly count: number;
}

/**
 * Field numbers that lead from a request to its items: `ExportTraceServiceRequest.resource_spans`, `ResourceSpans.scope_spans`, `ScopeSpans.spans`.
 * Metrics and logs have the same (`opentelemetry/proto/<signal>/v1/<signal>.proto`).
 */
const otlpItems = [1, 2, 2] as const;

/**
 * Divides an encoded request in two halves without decoding the items. Each half has the resources and scopes of its items, and only those.
 *
 * @param path - field numbers of the embedded messages from the request down to an item.
 * @returns undefined for fewer than two items.
 * @throws RangeError on bytes that are no protobuf.
 */
export function splitRequest(
  body: Uint8Array,
  path: readonly number[] = otlpItems,
): [Part, Part] | undefined {
  const count = pick(body, path, { from: 0, to: 0, index: 0 }).index;
  if (count < 2) return undefined;
  const middle = Math.ceil(count / 2);
  return [
    { body: join(pick(body, path, { from: 0, to: middle, index: 0 }).kept), count: middle },
    { body: join(pick(body, path, { from: middle, to: count, index: 0 }).kept), count: count - middle },
  ];
}

/** Which items are wanted, and how many have been seen. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly index: number;
}

interface Picked {
  readonly kept: readonly Uint8Array[];
  readonly hasItems: boolean;
  /** Items seen so far, wanted or not. */
  readonly index: number;
}

function pick(message: Uint8Array, [field, ...below]: readonly number[], { from, to, index }: Range): Picked {
  const kept: Uint8Array[] = [];
  let hasItems = false;
  for (let position = 0; position < message.length; ) {
    const { number, start, end } = readField(message, position);
    const whole = message.subarray(position, end);
    position = end;
    if (number !== field) {
      kept.push(whole);
    } else if (below.length === 0) {
      const isWanted = index >= from && index < to;
      if (isWanted) kept.push(whole);
      hasItems ||= isWanted;
      index++;
    } else {
      const inner = pick(message.subarray(start, end), below, { from, to, index });
      index = inner.index;
      if (!inner.hasItems) continue;
      hasItems = true;
      const length = inner.kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
      kept.push(embeddedHead(number, length), ...inner.kept);
    }
  }
  return { kept, hasItems, index };
}

const lengthDelimited = 2;

/** Where a field's value starts and ends (protobuf encoding, "Message Structure"). */
function readField(message: Uint8Array, position: number): { number: number; start: number; end: number } {
  const tag = readVarint(message, position);
  const number = Math.floor(tag.value / 8);
  let { end } = tag;
  let start = end;
  switch (tag.value % 8) {
    case 0:
      end = readVarint(message, start).end;
      break;
    case 1:
      end = start + 8;
      break;
    case lengthDelimited: {
      const length = readVarint(message, start);
      start = length.end;
      end = start + length.value;
      break;
    }
    case 5:
      end = start + 4;
      break;
    default:
      throw new RangeError(`unknown wire type ${tag.value % 8}`);
  }
  if (end > message.length) throw new RangeError('a field is cut off');
  return { number, start, end };
}

function readVarint(message: Uint8Array, position: number): { value: number; end: number } {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = message[position++];
    if (byte === undefined) throw new RangeError('a varint is cut off');
    value += (byte & 127) * factor;
    if (byte < 128) return { value, end: position };
  }
}

function embeddedHead(number: number, length: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + lengthDelimited), ...varint(length)]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(chunks);
}
