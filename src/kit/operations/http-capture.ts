import type { HeaderPatterns } from '../../model/operation-settings';
import { type Span, telemetry } from '../telemetry';

/** A header's value, or its values; numbers are what Node writes as text. */
export type HeaderValue = string | number | readonly string[] | undefined;

/** Reads the headers of one message, whatever its library keeps them in. */
export interface HeaderSource {
  /** @param name - in lower case. */
  get(name: string): HeaderValue;
  names(): Iterable<string>;
}

const redacted = 'REDACTED';

/**
 * Sets `http.request.header.<name>` or `http.response.header.<name>` of the headers that the user named. Nothing is read if none was.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/
 */
export function captureHeaders(
  span: Span,
  part: 'request' | 'response',
  patterns: HeaderPatterns | undefined,
  headers: () => HeaderSource,
): void {
  if (patterns === undefined) return;
  const source = headers();
  for (const name of patterns.names) setHeader(span, part, name, source.get(name));
  if (patterns.expressions.length === 0) return;
  for (const name of source.names()) {
    const lower = name.toLowerCase();
    if (!patterns.names.includes(lower) && patterns.expressions.some((each) => each.test(lower)))
      setHeader(span, part, lower, source.get(lower));
  }
}

function setHeader(span: Span, part: string, name: string, value: HeaderValue): void {
  if (value === undefined) return;
  const values = Array.isArray(value) ? value.map(String) : [String(value)];
  const { names, expressions } = telemetry.settings.secretHeaders;
  const isSecret = names.includes(name) || expressions.some((each) => each.test(name));
  span.setAttribute(`http.${part}.header.${name}`, isSecret ? values.map(() => redacted) : values);
}

/** Headers in an object, such as those of an `IncomingMessage`. */
export function plainHeaders(headers: Readonly<Record<string, HeaderValue>>): HeaderSource {
  return {
    get: (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    names: () => Object.keys(headers).filter((name) => !name.startsWith(':')),
  };
}

/** Headers in a list of names and values. */
export function listedHeaders(headers: readonly unknown[]): HeaderSource {
  return {
    get(name) {
      const values: string[] = [];
      for (let i = 0; i + 1 < headers.length; i += 2)
        if (String(headers[i]).toLowerCase() === name) values.push(String(headers[i + 1]));
      return values.length > 0 ? values : undefined;
    },
    names: () => headers.filter((_, index) => index % 2 === 0).map(String),
  };
}
