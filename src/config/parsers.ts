/**
 * Pure parsers for the values of settings, by the typing rules of the OpenTelemetry specification
 * (specification/configuration/sdk-environment-variables.md). A parser is never given an empty text, because empty means unset,
 * and it never throws.
 */

/** A value, a problem ("expected ..., got ..."), or both: then the value is what could be kept of the text. */
export interface Parsed<T> {
  readonly value?: T;
  readonly problem?: string;
}

export interface Parser<T> {
  /** What is accepted, in words that read well after "expected". */
  readonly expected: string;
  parse(text: string): Parsed<T>;
}

export type StringMap = Readonly<Record<string, string>>;

/** The longest delay that a Node timer takes (a longer one fires at once); here it stands for "no limit". */
export const MAX_TIMER_MILLIS = 2_147_483_647;

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

/** One of the names, in any case. */
export function oneOf<const Name extends string>(names: readonly Name[]): Parser<Name> {
  const expected = alternatives(names);
  return {
    expected,
    parse(text) {
      const value = names.find((name) => name === text.toLowerCase());
      return value === undefined ? { problem: unexpected(expected, text) } : { value };
    },
  };
}

/**
 * A comma-separated list of the names, in any case and in the user's order, each kept once; `none` gives the empty list. Unknown names are left out;
 * a list of nothing else counts as not accepted.
 */
export function someOf<const Name extends string>(names: readonly Name[]): Parser<readonly Name[]> {
  const expected = `a list of ${alternatives([...names, 'none'])}`;
  return {
    expected,
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

/** Names of headers, and expressions that match whole ones; see {@link headerPatterns}. */
export interface HeaderPatterns {
  readonly names: readonly string[];
  readonly expressions: readonly RegExp[];
  /** As the user wrote them. */
  readonly text: string;
}

/** A comma-separated list of header names, in any case, or regular expressions for them. */
export const headerPatterns: Parser<HeaderPatterns> = {
  expected: 'a list of header names or regular expressions',
  parse(text) {
    const items = splitList(text.toLowerCase());
    const names = items.filter((item) => HEADER_TOKEN.test(item));
    const rest = items.filter((item) => !HEADER_TOKEN.test(item));
    const { value, problem } = expressionsOf(rest, (source) => `^(?:${source})$`);
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
    const { value, problem } = expressionsOf(splitList(text), (source) => source);
    return { value, ...(problem && { problem: unexpected(this.expected, problem) }) };
  },
};

/** What is no expression is left out. */
function expressionsOf(
  sources: readonly string[],
  complete: (source: string) => string,
): { value: RegExp[]; problem?: string } {
  const value: RegExp[] = [];
  const bad: string[] = [];
  for (const source of sources) {
    try {
      value.push(new RegExp(complete(source)));
    } catch {
      bad.push(source);
    }
  }
  return bad.length > 0 ? { value, problem: bad.join(',') } : { value };
}

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

function splitPairs(text: string): string[] {
  return text.split(',').filter((pair) => pair.trim() !== '');
}

function splitList(text: string): string[] {
  return [...new Set(splitPairs(text).map((item) => item.trim()))];
}

function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function alternatives(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** JSON keeps whatever was found on one line. */
export function unexpected(expected: string, found: string): string {
  return `expected ${expected}, got ${JSON.stringify(found.length > 100 ? `${found.slice(0, 100)}...` : found)}`;
}
