import { alternatives, type Parser, unexpected } from './parser';

/** Any text. */
export const string: Parser<string> = {
  expected: 'a text',
  parse: (value) => ({ value }),
};

/** Only "true", in any case, is true; anything else is false, as the specification has it. */
export const boolean: Parser<boolean> = {
  expected: 'true or false',
  parse(text) {
    const lower = text.toLowerCase();
    if (lower === 'true' || lower === 'false') return { value: lower === 'true' };
    return { value: false, problem: unexpected(this.expected, text) };
  },
};

/** One of the names, in any case. */
export function oneOf<const Name extends string>(names: readonly Name[]): Parser<Name> {
  const expected = alternatives(names);
  return {
    expected,
    names,
    parse(text) {
      const value = names.find((name) => name === text.toLowerCase());
      return value === undefined ? { problem: unexpected(expected, text) } : { value };
    },
  };
}
