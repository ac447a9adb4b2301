import { type Parser, unexpected } from './parser';

/** An absolute http or https URL; an empty path becomes `/`, a fragment is dropped. */
export const endpoint: Parser<string> = {
  expected: 'a URL that starts with http:// or https://',
  parse(text) {
    try {
      const url = new URL(text);
      url.hash = '';
      if (HTTP_SCHEME.test(text)) return { value: url.href };
    } catch {
      // Falls through: not a URL at all.
    }
    // The query is not repeated: it may hold a key.
    return { problem: unexpected(this.expected, text.split('?', 1)[0] ?? '') };
  },
};
const HTTP_SCHEME = /^https?:\/\//i;

/** The URL of one signal below a base endpoint that was accepted, keeping its path and query: `http://c:4318/x` gives `http://c:4318/x/v1/traces`. */
export function signalUrl(baseEndpoint: string, signalPath: string): string {
  const [base, ...query] = baseEndpoint.split('?');
  return [base + (base?.endsWith('/') ? '' : '/') + signalPath, ...query].join('?');
}
