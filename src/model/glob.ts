/** What a pattern is made of; a character stands for itself. */
type Token = string | typeof anyText | typeof anyCharacter | typeof segment;

const anyText = Symbol('*');
const anyCharacter = Symbol('?');
const segment = Symbol(':name');

/**
 * A pattern in which `*` stands for any text, also none, and `?` for any character. The time to match does not explode, whatever the
 * text: unlike a regular expression it may be asked about what strangers send.
 *
 * @param pattern case-sensitive
 * @returns whether a whole text matches
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const tokens = tokensOf(pattern);
  return (text) => matches(tokens, text);
}

/** As {@link globMatcher}, for the path of a URL: `:name` and `{name}` as a whole segment stand for any one segment. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const parts = pattern.split(/(?<=^|\/)(?::[^/]+|\{[^/}]+\})(?=\/|$)/);
  const tokens = parts.flatMap((part, index) =>
    index === 0 ? tokensOf(part) : [segment as Token, ...tokensOf(part)],
  );
  return (path) => matches(tokens, path);
}

function tokensOf(pattern: string): Token[] {
  return [...pattern].map((char): Token => (char === '*' ? anyText : char === '?' ? anyCharacter : char));
}

/** Of the `*` only the last is ever taken back: what was before it matched as early as it could. */
function matches(tokens: readonly Token[], text: string): boolean {
  let at = 0;
  let token = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < text.length || token < tokens.length) {
    const current = tokens[token];
    const next = current === anyText ? at : endOfMatch(current, text, at);
    if (current === anyText) {
      if (token === tokens.length - 1) return true;
      starToken = token;
      starAt = at;
    }
    if (next >= 0) {
      token++;
      at = next;
    } else {
      if (starToken < 0 || starAt >= text.length) return false;
      token = starToken + 1;
      starAt = nextStart(tokens[token], text, starAt + 1);
      if (starAt < 0) return false;
      at = starAt;
    }
  }
  return true;
}

/** The first place, from one on, where the token can match at all. */
function nextStart(token: Token | undefined, text: string, from: number): number {
  return typeof token === 'string' ? text.indexOf(token, from) : from;
}

/** Where the text goes on after the token, or -1. */
function endOfMatch(token: Token | undefined, text: string, at: number): number {
  if (token === undefined || at >= text.length) return -1;
  if (token === anyCharacter) return at + 1;
  if (token !== segment) return text.startsWith(token as string, at) ? at + (token as string).length : -1;
  const slash = text.indexOf('/', at);
  const end = slash < 0 ? text.length : slash;
  return end > at ? end : -1;
}
