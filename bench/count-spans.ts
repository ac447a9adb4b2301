/** Counts the spans of an `ExportTraceServiceRequest`: resource_spans (1), scope_spans (2), spans (2). */
export function countOtlpSpans(body: Uint8Array): number {
  return countFields(body, 0, body.length, [1, 2, 2]);
}

/** Counts the spans of Datadog's `/v0.4/traces`: MessagePack, an array of traces, each an array of spans. */
export function countDatadogSpans(body: Buffer): number {
  const reader = { body, position: 0 };
  let spans = 0;
  for (let traces = readArrayLength(reader); traces > 0; traces--) {
    const length = readArrayLength(reader);
    spans += length;
    for (let i = 0; i < length; i++) skipValue(reader);
  }
  return spans;
}

/** How many fields there are at the end of a path of field numbers (Protocol Buffers, "Encoding"). */
function countFields(bytes: Uint8Array, start: number, end: number, path: readonly number[]): number {
  const [field, ...rest] = path;
  let position = start;
  let count = 0;
  while (position < end) {
    const tag = varint();
    switch (tag & 7) {
      case 0:
        varint();
        break;
      case 1:
        position += 8;
        break;
      case 5:
        position += 4;
        break;
      case 2: {
        const length = varint();
        if (tag >>> 3 === field) {
          count += rest.length === 0 ? 1 : countFields(bytes, position, position + length, rest);
        }
        position += length;
        break;
      }
      default:
        throw new Error(`not Protocol Buffers: wire type ${tag & 7} at ${position}`);
    }
  }
  return count;

  function varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[position++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}

interface Reader {
  readonly body: Buffer;
  position: number;
}

function readArrayLength(reader: Reader): number {
  const type = reader.body[reader.position++]!;
  if (type >= 0x90 && type <= 0x9f) return type & 15;
  if (type === 0xdc) return unsigned(reader, 2);
  if (type === 0xdd) return unsigned(reader, 4);
  throw new Error(`expected a MessagePack array, got type ${type} at ${reader.position - 1}`);
}

/** Bytes that follow the types of a fixed size (MessagePack, "Formats"): floats, unsigned and signed integers, in this order. */
const fixedSizes = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];
const firstFixed = 0xca;

/** https://github.com/msgpack/msgpack/blob/master/spec.md */
function skipValue(reader: Reader): void {
  const type = reader.body[reader.position++]!;
  if (type < 0x80 || type >= 0xe0 || (type >= 0xc0 && type <= 0xc3)) return; // the type is the value
  if (type < 0x90) skipValues(reader, 2 * (type & 15));
  else if (type < 0xa0) skipValues(reader, type & 15);
  else if (type < 0xc0) reader.position += type & 31;
  else if (type >= firstFixed && type <= 0xd3) reader.position += fixedSizes[type - firstFixed]!;
  else if (type >= 0xc4 && type <= 0xc6) skipBytes(reader, 1 << (type - 0xc4));
  else if (type >= 0xd9 && type <= 0xdb) skipBytes(reader, 1 << (type - 0xd9));
  else if (type === 0xdc || type === 0xdd) skipValues(reader, unsigned(reader, type === 0xdc ? 2 : 4));
  else if (type === 0xde || type === 0xdf) skipValues(reader, 2 * unsigned(reader, type === 0xde ? 2 : 4));
  else throw new Error(`unexpected MessagePack type ${type} at ${reader.position - 1}`);
}

function skipValues(reader: Reader, count: number): void {
  for (let i = 0; i < count; i++) skipValue(reader);
}

function skipBytes(reader: Reader, sizeOfLength: number): void {
  const length = unsigned(reader, sizeOfLength);
  reader.position += length;
}

function unsigned(reader: Reader, size: number): number {
  reader.position += size;
  return reader.body.readUIntBE(reader.position - size, size);
}
