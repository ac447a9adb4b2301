/**
 * Frames of bytes from one thread to another through shared memory: one writer, one reader, nothing is allocated, no event loop is needed on either
 * side, and what was written stays readable when the writer is gone.
 *
 * The head holds the two positions, which only grow (modulo 2^32). A frame is its length, a number of the writer's choice and the bytes, filled up to a
 * multiple of four; it is there for the reader when the writer's position has passed it.
 */
const written = 0;
const read = 1;
const dropped = 2;
const state = 3;
const headBytes = 16;
const frameHeadBytes = 8;

/** Who reads, and whether the worker, if it does, is about to end. */
const undecided = 0;
const main = 1;
const worker = 2;
const leaving = 3;
const left = 4;

/** The memory of a ring. @param capacityBytes - a power of two. */
export function createRing(capacityBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(headBytes + capacityBytes);
}

/** The end that writes. */
export interface RingWriter {
  /** `false`, and counted as dropped, if the ring has no room. */
  write(label: number, bytes: Uint8Array): boolean;
}

/** The end of the worker; one a ring. */
export function ringWriter(memory: SharedArrayBuffer): RingWriter {
  const head = headOf(memory);
  const words = new Uint32Array(memory, headBytes);
  const data = new Uint8Array(memory, headBytes);
  const capacity = data.length;
  let position = 0;

  return {
    write(label, bytes) {
      const { length } = bytes;
      const size = frameHeadBytes + padded(length);
      if (size > capacity - distance(Atomics.load(head, read), position)) {
        Atomics.add(head, dropped, 1);
        return false;
      }
      words[(position & (capacity - 1)) >> 2] = length;
      words[((position + 4) & (capacity - 1)) >> 2] = label;
      const start = (position + frameHeadBytes) & (capacity - 1);
      const untilEnd = capacity - start;
      if (length <= untilEnd) data.set(bytes, start);
      else {
        data.set(bytes.subarray(0, untilEnd), start);
        data.set(bytes.subarray(untilEnd), 0);
      }
      position = (position + size) | 0;
      Atomics.store(head, written, position);
      return true;
    },
  };
}

/** The end that reads; there may be another one later, never two at a time. */
export interface RingReader {
  isEmpty(): boolean;
  /** Gives the frames that are there, oldest first, in copies; at most so many. */
  read(onFrame: (label: number, bytes: Uint8Array) => void, maxCount?: number): void;
  /** How many frames found no room since this was last asked. */
  takeDroppedCount(): number;
}

/** The end of the main thread, and of nobody else. */
export function ringReader(memory: SharedArrayBuffer): RingReader {
  const head = headOf(memory);
  const words = new Uint32Array(memory, headBytes);
  const data = new Uint8Array(memory, headBytes);
  const capacity = data.length;

  return {
    isEmpty: () => Atomics.load(head, read) === Atomics.load(head, written),
    read(onFrame, maxCount = Number.POSITIVE_INFINITY) {
      const end = Atomics.load(head, written);
      let position = Atomics.load(head, read);
      for (let count = 0; position !== end && count < maxCount; count++) {
        const length = words[(position & (capacity - 1)) >> 2]!;
        const label = words[((position + 4) & (capacity - 1)) >> 2]!;
        const start = (position + frameHeadBytes) & (capacity - 1);
        const bytes = new Uint8Array(length);
        const untilEnd = capacity - start;
        if (length <= untilEnd) bytes.set(data.subarray(start, start + length));
        else {
          bytes.set(data.subarray(start));
          bytes.set(data.subarray(0, length - untilEnd), untilEnd);
        }
        position = (position + frameHeadBytes + padded(length)) | 0;
        Atomics.store(head, read, position);
        onFrame(label, bytes);
      }
    },
    takeDroppedCount: () => Atomics.exchange(head, dropped, 0),
  };
}

/** Makes this or the other thread the one that reads; `false` if it has been decided otherwise, which is final. */
export function claimRing(memory: SharedArrayBuffer, reader: 'main' | 'worker'): boolean {
  const wanted = reader === 'main' ? main : worker;
  const head = headOf(memory);
  const found = Atomics.compareExchange(head, state, undecided, wanted);
  Atomics.notify(head, state);
  return found === undecided || found === wanted;
}

/** Blocks this thread until it is decided who reads, at most so long. `false` if it is not. */
export function awaitClaim(memory: SharedArrayBuffer, timeoutMillis: number): boolean {
  return Atomics.wait(headOf(memory), state, undecided, timeoutMillis) !== 'timed-out';
}

/** The worker, which reads by itself, delivers the last and ends: the process is to wait for it. */
export function markLeaving(memory: SharedArrayBuffer): void {
  Atomics.store(headOf(memory), state, leaving);
}

/** It has delivered. */
export function markLeft(memory: SharedArrayBuffer): void {
  const head = headOf(memory);
  Atomics.store(head, state, left);
  Atomics.notify(head, state);
}

export function isLeaving(memory: SharedArrayBuffer): boolean {
  return Atomics.load(headOf(memory), state) === leaving;
}

/** Blocks this thread as long as the worker is delivering the last, at most so long. */
export function awaitLeaving(memory: SharedArrayBuffer, timeoutMillis: number): void {
  Atomics.wait(headOf(memory), state, leaving, timeoutMillis);
}

function headOf(memory: SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, 0, headBytes / 4);
}

function distance(from: number, to: number): number {
  return (to - from) >>> 0;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
