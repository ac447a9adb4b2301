/** A value, a problem ("expected ..., got ..."), or both: then the value is what could be kept of the text. */
export interface Parsed<T> {
  readonly value?: T;
  readonly problem?: string;
}

export interface Parser<T> {
  /** What is accepted, in words that read well after "expected". */
  readonly expected: string;
  /** The values, or what a list may hold, where they can be named. */
  readonly names?: readonly string[];
  parse(text: string): Parsed<T>;
}

/**
 * The longest text of a setting: as long as all headers of a request may be by Node's default. What is longer is a mistake, and reading it would take
 * its time at every start.
 */
export const MAX_SETTING_CHARS = 16_384;

/** The same parser, which does not look at a text above {@link MAX_SETTING_CHARS}. */
export function bounded<T>(parser: Parser<T>): Parser<T> {
  return {
    ...parser,
    parse(text) {
      if (text.length <= MAX_SETTING_CHARS) return parser.parse(text);
      return { problem: `expected at most ${MAX_SETTING_CHARS} characters, got ${text.length}` };
    },
  };
}

/** JSON keeps whatever was found on one line. */
export function unexpected(expected: string, found: string): string {
  return `expected ${expected}, got ${JSON.stringify(found.length > 100 ? `${found.slice(0, 100)}...` : found)}`;
}

/** The names in words. */
export function alternatives(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Commas with nothing between them are harmless. */
export function splitPairs(text: string): string[] {
  return text.split(',').filter((pair) => pair.trim() !== '');
}

/** Each once. */
export function splitList(text: string): string[] {
  return [...new Set(splitPairs(text).map((item) => item.trim()))];
}
