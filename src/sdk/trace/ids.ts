import type { SpanContext } from '@opentelemetry/api';
import { random } from '../../model/random';

// Random trace and span ids (W3C Trace Context, section 3.2) by a generator of our own: `Math.random` makes a number on the heap of each value, and
// `node:crypto` costs time to load.

const { fromCharCode } = String;

/** Character codes of the hex digits. A table, since sixteen calls of a function are more than V8 inlines: 50 ns on each span. */
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
export function newTraceId(): string {
  return newSpanId() + newSpanId();
}

/** 16 hex digits, never all zero. Made in one call from character codes: a concatenation would have to be flattened later. */
export function newSpanId(): string {
  const low = nextWord();
  const high = nextWord() || 1;
  return fromCharCode(
    digits[high >>> 28]!,
    digits[(high >>> 24) & 15]!,
    digits[(high >>> 20) & 15]!,
    digits[(high >>> 16) & 15]!,
    digits[(high >>> 12) & 15]!,
    digits[(high >>> 8) & 15]!,
    digits[(high >>> 4) & 15]!,
    digits[high & 15]!,
    digits[low >>> 28]!,
    digits[(low >>> 24) & 15]!,
    digits[(low >>> 20) & 15]!,
    digits[(low >>> 16) & 15]!,
    digits[(low >>> 12) & 15]!,
    digits[(low >>> 8) & 15]!,
    digits[(low >>> 4) & 15]!,
    digits[low & 15]!,
  );
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
