import type { SpanContext } from '@opentelemetry/api';
import { random } from '../../model/random';
import { SpanIdentity, TraceWords, traceWordsOf } from '../../model/span-identity';

// Random trace and span ids (W3C Trace Context, section 3.2) by a generator of our own: `Math.random` makes a number on the heap of each value, and
// `node:crypto` costs time to load.

/** Says that the trace id is random, as ours are (W3C Trace Context level 2); passed on as it came. */
const randomFlag = 2;

/** The identity of a span before the sampler has decided: in its parent's trace, or in a new one. */
export function newIdentity(parent?: SpanContext): SpanIdentity {
  const word1 = nextWord();
  const word2 = nextWord();
  if (parent === undefined) return new SpanIdentity(newTrace(), word1, word2, randomFlag, undefined);
  return new SpanIdentity(
    traceWordsOf(parent),
    word1,
    word2,
    parent.traceFlags & randomFlag,
    parent.traceState,
  );
}

function newTrace(): TraceWords {
  return new TraceWords(nextWord(), nextWord(), nextWord(), nextWord());
}

/** 16 hex digits, never all zero. */
export const newSpanId = (): string => newIdentity().spanId;

/**
 * Made 96 at a time, for 16 traces: by the next span a program has driven the generator out of the processor's first caches, as it does with the encoder
 * (export/queue.ts).
 */
const words = new Int32Array(96);
let wordsLeft = 0;

/** 32 random bits, as a signed number; never zero, so that no id is. */
function nextWord(): number {
  if (wordsLeft === 0) wordsLeft = generate();
  return words[--wordsLeft]!;
}

const state = Int32Array.from({ length: 4 }, () => random() * 2 ** 32);

/** Fills the words by `xoshiro128++` 1.0 of Blackman and Vigna (https://prng.di.unimi.it), and says how many they are. */
function generate(): number {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let i = 0; i < words.length; i++) {
    words[i] = (rotateLeft((a + d) | 0, 7) + a) | 0 || 1;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
  }
  state.set([a, b, c, d]);
  return words.length;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
