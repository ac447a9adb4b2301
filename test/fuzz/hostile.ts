import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

/** Something of ours that reads what others wrote. */
export interface HostileInput<T, I = string> {
  readonly name: string;
  readonly parse: (input: I) => T;
  /** What makes the input of a text, where it is no text: a carrier of headers, bytes. It is not measured. */
  readonly prepare?: (text: string) => I;
  /** Parts of what it expects, and what could take it in: any sequence of them is tried, as are any other characters. */
  readonly pieces: readonly string[];
  /** Fails unless what it made of the text is within its caps. */
  readonly check?: (result: T) => void;
  /** Cases of the property. */
  readonly runs?: number;
  /** For a long text; the default is what may happen inside of a request. What is the user's own, and read once, may take longer. */
  readonly maxMillis?: number;
  /** Length of the long texts. */
  readonly longChars?: number;
}

/** All properties together are about 100,000 cases. */
const defaultRuns = 1700;
const usualLongChars = 100_000;

/** The tests of one input: nothing throws, nothing is kept beyond its cap, and the time is linear in the length, and short. */
export function hostile<T, I = string>(input: HostileInput<T, I>): void {
  const { name, parse, prepare = asItIs, pieces, check, runs = defaultRuns } = input;
  describe(name, () => {
    test('any text', () => {
      fc.assert(
        fc.property(anyText(pieces), (text) => {
          const result = parse(prepare(text) as I);
          check?.(result);
        }),
        { numRuns: runs },
      );
    });
    quick(input);
  });
}

const asItIs = (text: string): unknown => text;

/** The test of the time alone. */
export function quick<T, I = string>(input: HostileInput<T, I>): void {
  const { parse, prepare = asItIs, pieces, check, maxMillis = 1, longChars = usualLongChars } = input;
  const callWith = (text: string) => {
    // A rope becomes a string here, not in the call that is measured.
    text.indexOf('\uffff');
    const made = prepare(text) as I;
    return () => parse(made);
  };
  test(`${longChars / 1000} KB within ${maxMillis} ms, in linear time`, () => {
    for (const shape of longTexts(pieces)) {
      const call = callWith(shape(longChars));
      const start = performance.now();
      const result = call();
      const millis = performance.now() - start;
      check?.(result);
      if (millis <= maxMillis * suspicious) continue;
      const title = JSON.stringify(shape(60));
      assertWithin(maxMillis, call, title);
      assertLinear(call, callWith(shape(longChars / 4)), maxMillis, title);
    }
  });
}

/** A first call that takes less than this part of what is allowed is not measured more closely. */
const suspicious = 0.5;

/** Any characters, lone surrogates too; sequences of the pieces; and the two mixed. */
export function anyText(pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.constantFrom(...pieces, ...everywhere);
  const binary = fc.string({ unit: 'binary', maxLength: 20 });
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.array(fc.oneof(piece, binary), { maxLength: 12 }).map((parts) => parts.join('')),
  );
}

const everywhere = [
  '',
  ' ',
  '\t',
  '\r\n',
  '\0',
  ',',
  ';',
  '=',
  ':',
  '/',
  '"',
  '\\',
  '%',
  '%zz',
  '%00',
  '{',
  '}',
  '__proto__',
  'constructor',
  '\ud800',
  '\u{1f600}',
  'é',
  '0',
  '-1',
  '1e400',
  'a',
];

type Shape = (chars: number) => string;

/**
 * Each piece, and each pair with a neighbour, over and over; and each at the beginning, or the end, of a long run of something else: one huge token,
 * many tiny ones, nothing but quotes, escapes, commas, opening parentheses and so on.
 */
function longTexts(pieces: readonly string[]): Shape[] {
  const fill = (piece: string, chars: number) =>
    piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars);
  const all = [...new Set([...pieces, ...everywhere, ...onlyLong])].filter((piece) => piece !== '');
  const repeated = all.flatMap((piece, index): Shape[] => [
    (chars) => fill(piece, chars),
    (chars) => fill(piece + all[(index + 1) % all.length], chars),
    (chars) => fill(`${piece} a`, chars),
    (chars) => piece + fill('a', chars),
    (chars) => piece + fill('é', chars),
    (chars) => piece + fill(' ', chars),
    (chars) => fill(' ', chars) + piece,
  ]);
  return [...repeated, (chars) => fill(all.join(''), chars)];
}

const onlyLong = [
  "'",
  '(',
  ')',
  '[',
  ']',
  '<',
  '&',
  '?',
  '#',
  '*',
  '.',
  '-',
  '\n',
  '%41',
  '%C3%A9',
  'a=b,',
  'a=b;',
];

/** Other programs run on the machine, and code gets faster: a few attempts decide, of which the best of three calls counts. */
function assertWithin(maxMillis: number, call: () => unknown, title: string): void {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10; attempt++) {
    best = bestOfThree(call);
    if (best <= maxMillis || best <= maxMillis * slowness()) return;
  }
  assert.fail(`${best.toFixed(2)} ms for ${title}...`);
}

/** Four times the length takes at most six times as long, and what cannot be told from the clock's noise. */
function assertLinear(long: () => unknown, short: () => unknown, maxMillis: number, title: string): void {
  const noiseMillis = maxMillis / 4;
  let times: [number, number] = [0, 0];
  for (let attempt = 0; attempt < 10; attempt++) {
    times = [bestOfThree(short), bestOfThree(long)];
    if (times[1] <= 6 * times[0] + noiseMillis) return;
  }
  assert.fail(
    `${times[0].toFixed(2)} ms for a quarter of ${title}..., ${times[1].toFixed(2)} ms for all of it`,
  );
}

/** How many times slower this machine is, now, than the one on which the reference was taken; at least 1. */
function slowness(): number {
  const millis = bestOfThree(() => {
    let sum = 0;
    for (let i = 0; i < referenceBytes.length; i++) sum = (Math.imul(sum, 31) + referenceBytes[i]!) | 0;
    return sum;
  });
  return Math.max(1, millis / referenceMillis);
}

const referenceBytes = new Uint8Array(1_000_000).fill(7);
/** To add these up, on two shared cores of a server. */
const referenceMillis = 1.2;

function bestOfThree(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn++) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
