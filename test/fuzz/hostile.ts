import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

/** Something of ours that reads what others wrote. */
export interface HostileInput<T> {
  readonly name: string;
  readonly parse: (text: string) => T;
  /** Parts of what it expects, and what could take it in: any sequence of them is tried, as are any other characters. */
  readonly pieces: readonly string[];
  /** Fails unless what it made of the text is within its caps. */
  readonly check?: (result: T, text: string) => void;
  /** Cases of the property. */
  readonly runs?: number;
  /** For 100 KB; the default is what may happen inside of a request. */
  readonly maxMillis?: number;
  /** Length of the long texts. */
  readonly longChars?: number;
}

/** All properties together are about 100,000 cases. */
const defaultRuns = 1700;
const usualLongChars = 100_000;

/** The tests of one input: nothing throws, nothing is kept beyond its cap, and the time is linear in the length. */
export function hostile<T>({
  name,
  parse,
  pieces,
  check,
  runs,
  maxMillis = 1,
  longChars = usualLongChars,
}: HostileInput<T>): void {
  describe(name, () => {
    test('any text', () => {
      fc.assert(
        fc.property(anyText(pieces), (text) => {
          check?.(parse(text), text);
          if (check === undefined) parse(text);
        }),
        { numRuns: runs ?? defaultRuns },
      );
    });
    test(`${longChars / 1000} KB within ${maxMillis} ms`, () => {
      for (const text of longTexts(pieces, longChars)) {
        const start = performance.now();
        const result = parse(text);
        const millis = performance.now() - start;
        check?.(result, text);
        if (millis > maxMillis) assertQuick(() => parse(text), maxMillis, text);
      }
    });
  });
}

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

/** Each piece, and each pair with a neighbour, over and over; and each at the beginning, or the end, of a long run of something else. */
function longTexts(pieces: readonly string[], chars: number): string[] {
  const fill = (piece: string) => piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars);
  const all = [...new Set([...pieces, ...everywhere])].filter((piece) => piece !== '');
  const repeated = all.flatMap((piece, index) => [
    fill(piece),
    fill(piece + all[(index + 1) % all.length]),
    piece + fill('a'),
    piece + fill(' '),
    fill(' ') + piece,
  ]);
  return [...repeated, fill(all.join(''))];
}

/** Other programs run on the machine, and code gets faster: a few attempts decide, of which the best of three calls counts. */
function assertQuick(call: () => unknown, maxMillis: number, text: string): void {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10 && best > maxMillis; attempt++) best = Math.min(best, bestOfThree(call));
  assert.ok(best <= maxMillis, `${best.toFixed(2)} ms for ${JSON.stringify(text.slice(0, 60))}...`);
}

function bestOfThree(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn++) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
