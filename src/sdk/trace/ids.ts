import type { SpanContext } from '@opentelemetry/api';
import { random } from '../../model/random';

// Random trace and span ids (W3C Trace Context, section 3.2) by a generator of our own: `Math.random` makes a number on the heap of each value, and
// `node:crypto` costs time to load.

const { fromCharCode } = String;
const digits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Says that the trace id is random, as ours are (W3C Trace Context level 2); passed on as it came. */
const randomFlag = 2;

/** The identity of a span before the sampler has decided: in its parent's trace, or in a new one. */
export function newIdentity(parent: SpanContext | undefined): SpanContext {
  const identity: SpanContext = {
    traceId: parent ? parent.traceId : newTraceId(),
    spanId: newSpanId(),
    traceFlags: parent ? parent.traceFlags & randomFlag : randomFlag,
  };
  if (parent?.traceState) identity.traceState = parent.traceState;
  return identity;
}

/** 32 hex digits, never all zero. */
export const newTraceId = pooled(4);

/** 16 hex digits, never all zero. */
export const newSpanId = pooled(2);

/**
 * Ids are made 32 at a time: by the next span a program has driven the generator out of the processor's first caches, as it does with the encoder
 * (export/queue.ts).
 * @param words of 8 digits that an id has
 */
function pooled(words: number): () => string {
  const ids: string[] = Array.from({ length: 32 }, () => '');
  const codes = Array.from({ length: 8 * words }, () => 0);
  let left = 0;
  return () => {
    if (left === 0) for (; left < ids.length; left++) ids[left] = newId(codes);
    return ids[--left]!;
  };
}

/** Made in one call from character codes: a concatenation would have to be flattened later. */
function newId(codes: number[]): string {
  for (let start = 0; start < codes.length; start += 8) {
    let word = nextWord() || 1;
    for (let i = start; i < start + 8; i++) {
      codes[i] = digits[word & 15]!;
      word >>>= 4;
    }
  }
  return Reflect.apply(fromCharCode, undefined, codes);
}

const state = Int32Array.from({ length: 4 }, () => random() * 2 ** 32);

/** 32 random bits: `xoshiro128++` 1.0 of Blackman and Vigna (https://prng.di.unimi.it). */
function nextWord(): number {
  const a = state[0]!;
  const b = state[1]!;
  const c = state[2]!;
  const d = state[3]!;
  const sum = (a + d) | 0;
  const mixed = c ^ a;
  const rotated = d ^ b;
  state[0] = a ^ rotated;
  state[1] = b ^ mixed;
  state[2] = mixed ^ (b << 9);
  state[3] = rotateLeft(rotated, 11);
  return (rotateLeft(sum, 7) + a) | 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
