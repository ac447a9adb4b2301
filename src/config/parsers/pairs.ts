import { type Parser, splitPairs, unexpected } from './parser';

export type StringMap = Readonly<Record<string, string>>;

/** `host=service,host:port=service`. */
export const serviceMapping: Parser<StringMap> = {
  expected: 'host=service pairs',
  parse(text) {
    const value: Record<string, string> = Object.create(null);
    const bad: string[] = [];
    for (const pair of splitPairs(text)) {
      const [host, service, ...rest] = pair.split('=').map((part) => part.trim());
      if (host && service && rest.length === 0) value[host.toLowerCase()] = service;
      else bad.push(pair);
    }
    return { value, ...(bad.length > 0 && { problem: unexpected(this.expected, bad.join(',')) }) };
  },
};

/** `key=value,key=value`, both percent-decoded; one bad pair discards all (specification/resource/sdk.md). */
export const resourceAttributes: Parser<StringMap> = {
  expected: 'percent-encoded key=value pairs',
  parse(text) {
    const value: Record<string, string> = Object.create(null);
    for (const pair of splitPairs(text)) {
      const [key, decoded, ...rest] = pair.split('=').map((part) => percentDecode(part.trim()));
      if (!key || decoded === undefined || rest.length > 0)
        return { problem: unexpected(this.expected, pair) };
      value[key] = decoded;
    }
    return { value };
  },
};

/**
 * `name=value,name=value` with percent-encoded values (specification/protocol/exporter.md). A bad pair is left out, and is named by its
 * position only, since headers carry credentials. A raw `=` in a value is taken as it is: base64 ends with it.
 */
export const headers: Parser<StringMap> = {
  expected: 'name=value pairs with percent-encoded values',
  parse(text) {
    const value: Record<string, string> = Object.create(null);
    const bad: number[] = [];
    splitPairs(text).forEach((pair, index) => {
      const equals = pair.indexOf('=');
      const name = pair.slice(0, Math.max(equals, 0)).trim().toLowerCase();
      const decoded = percentDecode(pair.slice(equals + 1).trim());
      if (HEADER_NAME.test(name) && decoded !== undefined && HEADER_VALUE.test(decoded))
        value[name] = decoded;
      else bad.push(index + 1);
    });
    if (bad.length === 0) return { value };
    return { value, problem: `expected ${this.expected}, got something else at position ${bad.join(', ')}` };
  },
};
// RFC 9110, sections 5.1 and 5.5; characters beyond Latin-1 cannot be written, Node throws on them.
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** `undefined` for what is no percent-encoded UTF-8. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
