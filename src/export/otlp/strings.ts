import type { Writer } from 'protobufjs/minimal';
import { charCodeAt } from '../../model/char-code';

/**
 * The Writer's own buffer and position. Most of what a span holds is short ASCII, and for that writing bytes in place takes a third of the time that
 * `writer.string` takes; everything else goes the ordinary way.
 */
export interface WriterBuffer {
  buf: Buffer;
  pos: number;
  /** Where open messages began; `null` if none was ever opened. */
  states: number[] | null;
  _reserve(byteCount: number): void;
}

/** Longest string for the short way: its length fits into one byte. */
const maxShort = 127;

/** Writes a `string` field whose tag is one byte (field numbers up to 15). */
export function writeString(writer: Writer, tag: number, text: string): void {
  const length = text.length;
  if (length <= maxShort) {
    const target = writer as unknown as WriterBuffer;
    target._reserve(length + 2);
    const start = target.pos;
    target.buf[start] = tag;
    target.buf[start + 1] = length;
    if (writeAscii(target.buf, start + 2, text)) {
      target.pos = start + 2 + length;
      return;
    }
  }
  writer.uint32(tag).string(toWellFormed(text));
}

/** Writes the characters, a byte each; `false`, with part of them written, if one is not ASCII. */
export function writeAscii(buffer: Uint8Array, start: number, text: string): boolean {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const code = charCodeAt(text, i);
    if (code > 127) return false;
    buffer[start + i] = code;
  }
  return true;
}

/** In `u` mode this matches only halves of surrogate pairs that stand alone. */
const loneSurrogates = /\p{Surrogate}/gu;

/**
 * What is not Unicode becomes U+FFFD: the Writer would write bytes that are not UTF-8, which receivers refuse. (`String.prototype.toWellFormed` does
 * the same since Node 20.)
 */
function toWellFormed(text: string): string {
  const modern = text as { isWellFormed?(): boolean };
  return modern.isWellFormed?.() ? text : text.replace(loneSurrogates, '\ufffd');
}
