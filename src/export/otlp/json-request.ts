import { Reader } from 'protobufjs/minimal';
import { type Field, type FieldType, type Message, requests, type Signal } from './json-fields';

/**
 * An encoded `Export…ServiceRequest` in OTLP's JSON form (OTLP specification, "JSON Protobuf Encoding"): ids in hex, enums as integers, 64-bit
 * integers as decimal strings, keys in lowerCamelCase. Telemetry is encoded once, when it is recorded; this is for what leaves as JSON.
 *
 * @throws on bytes that are no protobuf
 */
export function requestAsJson(signal: Signal, body: Uint8Array): string {
  return JSON.stringify(readRequest(signal, body));
}

/** The same as an object, for formats that are derived from it. */
export function readRequest(signal: Signal, body: Uint8Array): Readonly<Record<string, unknown>> {
  return readMessageOf(requests[signal], body);
}

/**
 * Any message whose fields are listed; others are left out.
 *
 * @throws on bytes that are no protobuf
 */
export function readMessageOf(message: Message, bytes: Uint8Array): Record<string, unknown> {
  const reader = Reader.create(bytes);
  return readMessage(reader, message, reader.len);
}

function readMessage(reader: Reader, message: Message, end: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = message[tag >>> 3];
    if (field === undefined) reader.skipType(tag & 7);
    else if (field.isRepeated) readRepeated(reader, tag & 7, field, (result[field.name] ??= []) as unknown[]);
    else result[field.name] = readValue(reader, field.type);
  }
  return result;
}

const lengthDelimited = 2;

/** Numbers come one by one or packed into one field; both must be read (protobuf encoding, "Packed"). */
function readRepeated(reader: Reader, wireType: number, { type }: Field, values: unknown[]): void {
  if (wireType !== lengthDelimited || !isNumber(type)) {
    values.push(readValue(reader, type));
    return;
  }
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) values.push(readValue(reader, type));
}

const isNumber = (type: FieldType) =>
  typeof type === 'string' && type !== 'string' && type !== 'bytes' && type !== 'id';

function readValue(reader: Reader, type: FieldType): unknown {
  if (typeof type === 'function') return readMessage(reader, type(), reader.uint32() + reader.pos);
  switch (type) {
    case 'double':
      return jsonDouble(reader.double());
    case 'int64':
      return String(BigInt.asIntN(64, readVarint(reader)));
    case 'uint64':
      return String(readVarint(reader));
    case 'fixed64':
      return String(readFixed64(reader));
    case 'sfixed64':
      return String(BigInt.asIntN(64, readFixed64(reader)));
    case 'id':
      return asBuffer(reader.bytes()).toString('hex');
    case 'bytes':
      return asBuffer(reader.bytes()).toString('base64');
    default:
      return reader[type]();
  }
}

/** JSON has no such numbers; protobuf's JSON mapping has these strings. */
function jsonDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The Reader's own `uint64` is exact only where the package `long` is installed. */
function readVarint(reader: Reader): bigint {
  let low = 0;
  for (let factor = 1; factor < 2 ** 49; factor *= 128) {
    const byte = readByte(reader);
    low += (byte & 127) * factor;
    if (byte < 128) return BigInt(low);
  }
  let value = BigInt(low);
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = readByte(reader);
    value += BigInt(byte & 127) << shift;
    if (byte < 128) break;
  }
  return BigInt.asUintN(64, value);
}

function readByte(reader: Reader): number {
  const byte = reader.buf[reader.pos++];
  if (byte === undefined || reader.pos > reader.len) throw new RangeError('a varint is cut off');
  return byte;
}

function readFixed64(reader: Reader): bigint {
  const low = reader.fixed32();
  return (BigInt(reader.fixed32()) << 32n) | BigInt(low);
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
