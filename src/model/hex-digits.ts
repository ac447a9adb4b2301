import { charCodeAt } from './char-code';

const { fromCharCode } = String;

const digits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Of a character code; zero for what is no hex digit. */
const values = new Uint8Array(128);
for (const [value, code] of digits.entries())
  values[code] = values[String.fromCharCode(code).toUpperCase().charCodeAt(0)] = value;

/** The 32 bits that eight hex digits stand for, as a signed number; what is no hex digit becomes zero. */
export function wordAt(text: string, start: number): number {
  let word = 0;
  for (let i = start; i < start + 8; i++) word = (word << 4) | values[charCodeAt(text, i)]!;
  return word;
}

/** Puts the character codes of eight hex digits into an array. */
export function putWord(codes: number[], start: number, word: number): void {
  for (let i = start + 7; i >= start; i--) {
    codes[i] = digits[word & 15]!;
    word >>>= 4;
  }
}

/** The text that character codes stand for, made in one call: a concatenation would have to be flattened later. */
export function textOf(codes: readonly number[]): string {
  return Reflect.apply(fromCharCode, undefined, codes);
}
