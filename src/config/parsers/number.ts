import { type Parser, unexpected } from './parser';

/** The longest delay that a Node timer takes (a longer one fires at once); here it stands for "no limit". */
export const MAX_TIMER_MILLIS = 2_147_483_647;

/** A whole number in decimal digits, from `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Parser<number> {
  let expected = min === 1 ? 'a positive integer' : 'a non-negative integer';
  if (max < Number.MAX_SAFE_INTEGER) expected = `an integer from ${min} to ${max}`;
  return {
    expected,
    parse(text) {
      const value = DIGITS.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? { value } : { problem: unexpected(expected, text) };
    },
  };
}
const DIGITS = /^\d+$/;

/** Milliseconds until something is given up; 0 means no limit (OpenTelemetry configuration schema, `timeout`). */
export const timeoutMillis: Parser<number> = (() => {
  const millis = integer(0, MAX_TIMER_MILLIS);
  return {
    expected: `${millis.expected} (milliseconds, 0 is no limit)`,
    parse(text: string) {
      const { value } = millis.parse(text);
      if (value === undefined) return { problem: unexpected(this.expected, text) };
      return { value: value === 0 ? MAX_TIMER_MILLIS : value };
    },
  };
})();

/** A probability from 0 to 1. */
export const ratio: Parser<number> = {
  expected: 'a number from 0 to 1',
  parse(text) {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    return value >= 0 && value <= 1 ? { value } : { problem: unexpected(this.expected, text) };
  },
};
const DECIMAL = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
