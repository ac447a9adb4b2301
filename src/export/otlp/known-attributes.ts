import type { Writer } from 'protobufjs/minimal';
import type { WriterBuffer } from './strings';

// Programs repeat themselves: most attributes were in an earlier span, key and value. Copying the bytes of then takes a third of the time of
// writing them anew (bench/micro.ts).

/** Values remembered of a key. One that has more of them (a path, a client's port) is no longer looked up. */
const maxValues = 32;
const maxKeys = 256;
/** Longest `KeyValue` remembered: all together stay below a megabyte. */
const maxBytes = 64;

/** A `KeyValue` that is remembered. */
interface Known {
  readonly key: string;
  readonly value: unknown;
  /** Without the field's tag. */
  readonly bytes: Uint8Array;
  /** The one that was written after it the last time. */
  next: Known | undefined;
}

/** By key and value; `null` where values vary too much. */
const known = new Map<string, Map<unknown, Known> | null>();

/** The one that was written last. */
let last: Known | undefined;

/** `buffer.set`, bound: V8 would look it up along a Buffer's four prototypes. A loop takes three times the instructions. */
const copyInto: (target: Uint8Array, source: Uint8Array, start: number) => void =
  Function.prototype.call.bind(Uint8Array.prototype.set);

/** Writes a `KeyValue` as the field `tag`, which is one byte, from memory; `false` if it is not remembered. */
export function writeKnown(writer: Writer, tag: number, key: string, value: unknown): boolean {
  const found = find(key, value);
  if (found === undefined) return false;
  last = found;
  const { bytes } = found;
  const target = writer as unknown as WriterBuffer;
  const { length } = bytes;
  target._reserve(length + 1);
  const { buf, pos } = target;
  buf[pos] = tag;
  copyInto(buf, bytes, pos + 1);
  target.pos = pos + length + 1;
  return true;
}

/** Spans of a kind have the same attributes in the same order, and so mostly it is the one that came next the last time. */
function find(key: string, value: unknown): Known | undefined {
  const expected = last?.next;
  if (expected !== undefined && expected.key === key && expected.value === value) return expected;
  const found = known.get(key)?.get(value);
  if (found !== undefined && last !== undefined) last.next = found;
  return found;
}

/** Remembers the `KeyValue` that has just been written; its field begins at `start`. */
export function remember(writer: Writer, start: number, key: string, value: unknown): void {
  const { buf, pos } = writer as unknown as WriterBuffer;
  let values = known.get(key);
  if (values === null || pos - start > maxBytes || !isScalar(value)) return;
  if (values === undefined) {
    if (known.size === maxKeys) return;
    values = new Map();
    known.set(ownCopy(key), values);
  }
  if (values.size === maxValues) {
    known.set(key, null);
    return;
  }
  const bytes = new Uint8Array(buf.subarray(start + 1, pos));
  const added = { key: ownCopy(key), value: ownCopy(value), bytes, next: undefined };
  values.set(added.value, added);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/**
 * A part of a text may hold on to the whole, a request's body for instance. As a name of a property the copy becomes the one of its characters that
 * literals are, too: V8 finds those by their address, and compares no characters.
 */
function ownCopy<T extends string | number | boolean>(value: T): T {
  if (typeof value !== 'string') return value;
  const copy = Buffer.from(value, 'utf16le').toString('utf16le');
  return Object.keys({ [copy]: true })[0] as T;
}
