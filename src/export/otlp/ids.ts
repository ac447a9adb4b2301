import type { SpanContext } from '@opentelemetry/api';
import type { Writer } from 'protobufjs/minimal';
import { wordAt } from '../../model/hex-digits';
import { SpanIdentity, traceWordsOf } from '../../model/span-identity';
import type { WriterBuffer } from './strings';

/** Writes the trace id as a `bytes` field; what is no hex digit in one that came as text becomes zero. */
export function writeTraceId(writer: Writer, tag: number, context: SpanContext): void {
  const { word1, word2, word3, word4 } = traceWordsOf(context);
  const { buf, pos } = begin(writer, tag, 16);
  writeWord(buf, pos, word1);
  writeWord(buf, pos + 4, word2);
  writeWord(buf, pos + 8, word3);
  writeWord(buf, pos + 12, word4);
  writer.pos = pos + 16;
}

/** Writes the span id, as {@link writeTraceId} does the trace id. */
export function writeSpanId(writer: Writer, tag: number, context: SpanContext): void {
  const { buf, pos } = begin(writer, tag, 8);
  const isOwn = context instanceof SpanIdentity;
  writeWord(buf, pos, isOwn ? context.word1 : wordAt(context.spanId, 0));
  writeWord(buf, pos + 4, isOwn ? context.word2 : wordAt(context.spanId, 8));
  writer.pos = pos + 8;
}

/** Where the bytes of the field go, its tag and length being written. */
function begin(writer: Writer, tag: number, length: number): WriterBuffer {
  const target = writer as unknown as WriterBuffer;
  target._reserve(length + 2);
  target.buf[target.pos++] = tag;
  target.buf[target.pos++] = length;
  return target;
}

/** Big-endian, as the digits are read. */
function writeWord(buf: Uint8Array, pos: number, word: number): void {
  buf[pos] = word >>> 24;
  buf[pos + 1] = word >>> 16;
  buf[pos + 2] = word >>> 8;
  buf[pos + 3] = word;
}
