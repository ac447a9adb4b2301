import { Buffer } from 'node:buffer';
import type { WriterBuffer } from './strings';
import { Writer } from './writer';

// Writers and their buffers serve one batch after the other. New ones for each batch would come to ten kilobytes outside of V8's heap for every
// request that a program serves, and that alone makes V8 look through the whole heap twice a second (Node.js 26, bench's Express program).

Writer.initialBufferSize = 4096;
// A program may have taken the global `Buffer` away before the Writer looked for it: its own arrays cannot write ids.
Writer.alloc = (size) => Buffer.allocUnsafe(size);

/** Held for the next batches at the most. */
const maxSpareBytes = 2 * 1024 * 1024;

const spares: Writer[] = [];
let spareBytes = 0;

/** A Writer with nothing in it. Whoever has written all of it may {@link giveBack} it. */
export function takeWriter(): Writer {
  const writer = spares.pop();
  if (writer === undefined) return Writer.create();
  spareBytes -= (writer as unknown as WriterBuffer).buf.length;
  return writer;
}

/** The Writer's bytes have been copied, and nobody uses it any more. */
export function giveBack(writer: Writer): void {
  const { buf } = writer as unknown as WriterBuffer;
  if (spareBytes + buf.length > maxSpareBytes) return;
  writer.pos = 0;
  spareBytes += buf.length;
  spares.push(writer);
}
