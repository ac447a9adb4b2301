import type { Attributes } from '@opentelemetry/api';
import type { Writer } from 'protobufjs/minimal';
import type { AttributeList } from '../../model/attribute-list';
import { remember, writeKnown } from './known-attributes';
import { type WriterBuffer, writeAscii, writeString } from './strings';

/**
 * Pieces of `opentelemetry/proto/common/v1/common.proto`. Tags are written as `field << 3 | wire type`
 * (0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes).
 */
const keyValue = { key: (1 << 3) | 2, value: (2 << 3) | 2 } as const;
const anyValue = {
  string: (1 << 3) | 2,
  bool: (2 << 3) | 0,
  int: (3 << 3) | 0,
  double: (4 << 3) | 1,
  array: (5 << 3) | 2,
  map: (6 << 3) | 2,
  bytes: (7 << 3) | 2,
} as const;
const arrayValue = { values: (1 << 3) | 2 } as const;
const keyValueList = { values: (1 << 3) | 2 } as const;

/** Writes one `KeyValue` as a field, whose tag is one byte, of the message under way. */
export function writeKeyValue(writer: Writer, tag: number, key: string, value: unknown): void {
  if (writeKnown(writer, tag, key, value)) return;
  const start = writer.pos;
  writeNew(writer, tag, key, value);
  remember(writer, start, key, value);
}

function writeNew(writer: Writer, tag: number, key: string, value: unknown): void {
  if (typeof value === 'string' && writeShort(writer as unknown as WriterBuffer, tag, key, value)) return;
  writer.uint32(tag).fork();
  writeString(writer, keyValue.key, key);
  writer.uint32(keyValue.value).fork();
  writeAnyValue(writer, value);
  writer.ldelim().ldelim();
}

/** A `KeyValue` with a text, all of whose lengths fit into one byte: written in place, with nothing to shift afterwards. */
function writeShort(writer: WriterBuffer, tag: number, key: string, text: string): boolean {
  const length = key.length + text.length + 6;
  if (length > 127) return false;
  writer._reserve(length + 2);
  const { buf } = writer;
  let pos = writer.pos;
  buf[pos++] = tag;
  buf[pos++] = length;
  buf[pos++] = keyValue.key;
  buf[pos++] = key.length;
  if (!writeAscii(buf, pos, key)) return false;
  pos += key.length;
  buf[pos++] = keyValue.value;
  buf[pos++] = text.length + 2;
  buf[pos++] = anyValue.string;
  buf[pos++] = text.length;
  if (!writeAscii(buf, pos, text)) return false;
  writer.pos = pos + text.length;
  return true;
}

/** Writes every attribute of a list as a `KeyValue` field. */
export function writeAttributeList(writer: Writer, tag: number, attributes: Readonly<AttributeList>): void {
  for (let i = 0; i < attributes.length; i += 2) {
    const key = attributes[i];
    if (key === undefined) return;
    writeKeyValue(writer, tag, key as string, attributes[i + 1]);
  }
}

/** Writes every attribute as a `KeyValue` field. */
export function writeAttributes(writer: Writer, tag: number, attributes: Attributes | undefined): void {
  if (attributes === undefined) return;
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    if (value !== undefined) writeKeyValue(writer, tag, key, value);
  }
}

/** Writes the members of an `AnyValue`: a string, number, boolean, `Uint8Array`, array, or map. */
export function writeAnyValue(writer: Writer, value: unknown): void {
  switch (typeof value) {
    case 'string':
      writeString(writer, anyValue.string, value);
      break;
    case 'number':
      writeNumber(writer, value);
      break;
    case 'boolean':
      writer.uint32(anyValue.bool).bool(value);
      break;
    case 'object':
      if (value === null) break; // An empty AnyValue stands for null.
      if (Array.isArray(value)) writeArray(writer, value);
      else if (value instanceof Uint8Array) writer.uint32(anyValue.bytes).bytes(value);
      // How a configuration file's doubles come here, which may be whole.
      else if (value instanceof Number) writer.uint32(anyValue.double).double(Number(value));
      else writeMap(writer, value as Readonly<Record<string, unknown>>);
  }
}

function writeArray(writer: Writer, items: readonly unknown[]): void {
  writer.uint32(anyValue.array).fork();
  for (const item of items) {
    writer.uint32(arrayValue.values).fork();
    writeAnyValue(writer, item);
    writer.ldelim();
  }
  writer.ldelim();
}

function writeMap(writer: Writer, map: Readonly<Record<string, unknown>>): void {
  writer.uint32(anyValue.map).fork();
  for (const key of Object.keys(map)) writeKeyValue(writer, keyValueList.values, key, map[key]);
  writer.ldelim();
}

function writeNumber(writer: Writer, value: number): void {
  if (!Number.isSafeInteger(value)) writer.uint32(anyValue.double).double(value);
  else if (value >= 0 && value <= 0xffffffff) writer.uint32(anyValue.int).uint32(value);
  else writer.uint32(anyValue.int).int64(value);
}

const millisPerHigh = 2 ** 20;

/**
 * Writes milliseconds since the epoch as `fixed64` nanoseconds: the Writer's own `fixed64` rounds a Number and writes 0 for a
 * BigInt, so the two halves are computed here, every step exact in a double.
 */
export function writeUnixNano(writer: Writer, tag: number, epochMillis: number): void {
  const millis = Math.floor(epochMillis);
  const nanos = Math.floor((epochMillis - millis) * 1e6);
  const high = Math.floor(millis / millisPerHigh) * 1e6; // in units of 2^20 ns
  const low = (millis % millisPerHigh) * 1e6 + nanos + (high % 4096) * 2 ** 20;
  const target = writer as unknown as WriterBuffer;
  target._reserve(9);
  const { buf, pos } = target;
  buf[pos] = tag;
  writeFixed32(buf, pos + 1, low);
  writeFixed32(buf, pos + 5, Math.floor(high / 4096) + Math.floor(low / 2 ** 32));
  target.pos = pos + 9;
}

/** Little-endian, modulo 2^32. */
function writeFixed32(buf: Uint8Array, pos: number, value: number): void {
  buf[pos] = value;
  buf[pos + 1] = value >>> 8;
  buf[pos + 2] = value >>> 16;
  buf[pos + 3] = value >>> 24;
}
