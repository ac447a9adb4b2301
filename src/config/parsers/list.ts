import { alternatives, type Parser, splitList, unexpected } from './parser';

/**
 * A comma-separated list of the names, in any case and in the user's order, each kept once; `none` gives the empty list. Unknown names are left out;
 * a list of nothing else counts as not accepted.
 */
export function someOf<const Name extends string>(names: readonly Name[]): Parser<readonly Name[]> {
  const accepted = [...names, 'none'];
  const expected = `a list of ${alternatives(accepted)}`;
  return {
    expected,
    names: accepted,
    parse(text) {
      const found = splitList(text.toLowerCase());
      if (found.includes('none')) {
        return found.length === 1
          ? { value: [] }
          : { value: [], problem: unexpected('none to stand alone', text) };
      }
      const isKnown = (name: string): name is Name => names.includes(name as Name);
      const value = found.filter(isKnown);
      const unknown = found.filter((name) => !isKnown(name));
      if (unknown.length === 0 && value.length > 0) return { value };
      const problem = unexpected(expected, unknown.join(',') || text);
      return value.length > 0 ? { value, problem } : { problem };
    },
  };
}

/** A comma-separated list of any texts, each kept once. */
export const list: Parser<readonly string[]> = {
  expected: 'a comma-separated list',
  parse(text) {
    const value = splitList(text);
    return value.length > 0 ? { value } : { problem: unexpected(this.expected, text) };
  },
};
