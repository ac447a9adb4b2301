import type { Writer } from 'protobufjs/minimal';
import type { WriterBuffer } from './strings';

/** Room left for the length: of most spans and log records it needs that. `writer.fork` leaves one byte, and moves all that is longer. */
const expectedBytes = 2;
const maxLengthBytes = 5;

/**
 * Begins an embedded message, of most likely 128 to 16,383 bytes, as a field whose tag is one byte.
 * @returns its start, for {@link endLong}.
 */
export function beginLong(writer: Writer, tag: number): number {
  const target = writer as unknown as WriterBuffer;
  target._reserve(1 + expectedBytes);
  target.buf[target.pos] = tag;
  target.pos += 1 + expectedBytes;
  return target.pos;
}

/** Ends the message that began at `start`. */
export function endLong(writer: Writer, start: number): void {
  const { buf, pos } = writer as unknown as WriterBuffer;
  const length = pos - start;
  // Short, so that V8 has room to inline what else a span is written with: a number with a fraction is an object for whom it is passed to.
  if (length > 127 && length < 16_384) {
    buf[start - 2] = (length & 127) | 128;
    buf[start - 1] = length >>> 7;
  } else endOther(writer as unknown as WriterBuffer, start, length);
}

function endOther(target: WriterBuffer, start: number, length: number): void {
  const lengthStart = start - expectedBytes;
  const contentStart = lengthStart + varintLength(length);
  target._reserve(maxLengthBytes);
  target.buf.copyWithin(contentStart, start, start + length);
  target.pos = contentStart + length;
  let pos = lengthStart;
  let rest = length;
  for (; rest > 127; rest >>>= 7) target.buf[pos++] = (rest & 127) | 128;
  target.buf[pos] = rest;
}

/** Bytes of a length before an embedded message. */
export function varintLength(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes++;
  return bytes;
}
