import type { HeaderPatterns } from '../../model/operation-settings';
import { type Parser, splitList, unexpected } from './parser';

/** A comma-separated list of header names, in any case, or regular expressions for them. */
export const headerPatterns: Parser<HeaderPatterns> = {
  expected: 'a list of header names or regular expressions',
  parse(text) {
    const items = splitList(text);
    const names = items.filter((item) => HEADER_TOKEN.test(item)).map((item) => item.toLowerCase());
    const rest = items.filter((item) => !HEADER_TOKEN.test(item));
    const { value, problem } = expressionsOf(rest, (source) => new RegExp(`^(?:${source})$`, 'i'));
    return {
      value: { names, expressions: value, text },
      ...(problem && { problem: unexpected(this.expected, problem) }),
    };
  },
};
/** A name that means nothing else as an expression. */
const HEADER_TOKEN = /^[\w-]+$/;

/** A comma-separated list of regular expressions that are searched in URLs. */
export const urlPatterns: Parser<readonly RegExp[]> = {
  expected: 'a list of regular expressions',
  parse(text) {
    const { value, problem } = expressionsOf(splitList(text), (source) => new RegExp(source));
    return { value, ...(problem && { problem: unexpected(this.expected, problem) }) };
  },
};

/** What is no expression is left out. */
function expressionsOf(
  sources: readonly string[],
  compile: (source: string) => RegExp,
): { value: RegExp[]; problem?: string } {
  const value: RegExp[] = [];
  const bad: string[] = [];
  for (const source of sources) {
    try {
      value.push(compile(source));
    } catch {
      bad.push(source);
    }
  }
  return bad.length > 0 ? { value, problem: bad.join(',') } : { value };
}
