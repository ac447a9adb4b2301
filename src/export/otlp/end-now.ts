import { Reader } from 'protobufjs/minimal';
import { nowMillis } from '../../model/clock';
import type { EncodedItem } from '../../model/encoded-item';
import { writeUnixNano } from './common';
import { Writer } from './writer';

/** `fixed64 end_time_unix_nano = 8` of `message Span`. */
const endTimeTag = (8 << 3) | 1;

/** Ends a span that another thread has encoded while it was open, in place. */
export function endNow(span: EncodedItem): EncodedItem {
  const { encoded } = span;
  const reader = Reader.create(encoded);
  // The tag and the length of the span itself.
  reader.uint32();
  reader.uint32();
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    if (tag === endTimeTag) {
      const writer = Writer.create();
      writeUnixNano(writer, endTimeTag, nowMillis());
      encoded.set(writer.finish(), start);
      break;
    }
    reader.skipType(tag & 7);
  }
  return span;
}
