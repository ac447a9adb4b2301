import { createUrlRedactor, MAX_URL_CHARS, type UrlRedactor } from '../sanitize/url';
import { telemetry } from '../telemetry';

/** Name of a span for a request whose method is not a known one (semantic conventions, "HTTP span name"). */
export const unknownMethodName = 'HTTP';

let redactor: UrlRedactor | undefined;

/** Removes secrets from URLs; which parameters are secret, the user may have said. */
export function urlRedactor(): UrlRedactor {
  const names = telemetry.settings.sensitiveQueryParameters;
  redactor ??= createUrlRedactor(names && { exact: names, anyForm: [] });
  return redactor;
}

/**
 * Whether the user wants nothing recorded of requests to this URL: expressions are searched in all of it, and in its path and query alone, so that
 * `^/health$` means something for either side.
 * @param authority - of the URL, where the target has none.
 */
export function isExcluded(target: string, scheme = 'http', authority = ''): boolean {
  const { excludedUrls } = telemetry.settings;
  if (excludedUrls === undefined) return false;
  const schemeEnd = target.startsWith('/') ? -1 : target.indexOf('://');
  const pathStart = schemeEnd < 0 ? 0 : target.indexOf('/', schemeEnd + 3);
  const path = pathStart < 0 ? '/' : target.slice(pathStart, pathStart + MAX_URL_CHARS);
  const url = (schemeEnd < 0 ? `${scheme}://${authority}${target}` : target).slice(0, MAX_URL_CHARS);
  return excludedUrls.some((expression) => expression.test(path) || expression.test(url));
}

/** Whether the method is recorded as it is; otherwise it becomes `_OTHER`. Methods are case-sensitive (RFC 9110, 9.1). */
export function isKnownMethod(method: string): boolean {
  return telemetry.settings.knownMethods.has(method);
}

interface HostPort {
  readonly host: string;
  readonly port: number | undefined;
}

/** A program talks to few others, and is called by few names; what a stranger sends may fill it, and then it is emptied. */
const knownAuthorities = new Map<string, HostPort>();
const maxKnownAuthorities = 64;
const maxKnownChars = 255;

/** Splits `host:port`, `[::1]:port` or `host`. */
export function splitHostPort(authority: string): HostPort {
  const known = knownAuthorities.get(authority);
  if (known !== undefined) return known;
  const parsed = parseHostPort(authority);
  if (authority.length > maxKnownChars) return parsed;
  if (knownAuthorities.size >= maxKnownAuthorities) knownAuthorities.clear();
  knownAuthorities.set(authority, parsed);
  return parsed;
}

function parseHostPort(authority: string): HostPort {
  const bracket = authority.lastIndexOf(']');
  const colon = authority.lastIndexOf(':');
  const hasPort = colon > bracket && (bracket >= 0 || authority.indexOf(':') === colon);
  const host = hasPort ? authority.slice(0, colon) : authority;
  const port = hasPort ? Number(authority.slice(colon + 1)) : Number.NaN;
  return {
    host: host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
  };
}

/** `host:port` as it stands in a URL: IPv6 in brackets, the scheme's own port left out. */
export function joinHostPort(scheme: string, host: string, port: number | undefined): string {
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === undefined || port === defaultPort(scheme) ? shown : `${shown}:${port}`;
}

/** The port of `http` or `https`. */
export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}

/** The parts of a request target; absolute-form (to proxies) has all, origin-form only path and query (RFC 9112, 3.2). */
export interface Target {
  readonly scheme?: string;
  readonly authority?: string;
  /** Missing in authority-form, the target of CONNECT. */
  readonly path?: string;
  /** Without the question mark; missing if empty. */
  readonly query?: string | undefined;
}

/** Splits a request target or an absolute URL. Total: what is neither is taken for a path. */
export function splitTarget(target: string, method: string): Target {
  if (method === 'CONNECT' && !target.startsWith('/')) return { authority: target };
  const schemeEnd = target.startsWith('/') ? -1 : target.indexOf('://');
  if (schemeEnd <= 0) return splitQuery(target);
  const start = schemeEnd + 3;
  let end = target.length;
  for (const mark of authorityEnds) {
    const at = target.indexOf(mark, start);
    if (at >= 0 && at < end) end = at;
  }
  const authority = target.slice(start, end);
  const rest = target.slice(end);
  return {
    scheme: target.slice(0, schemeEnd).toLowerCase(),
    authority: authority.slice(authority.lastIndexOf('@') + 1),
    ...splitQuery(rest.startsWith('/') ? rest : `/${rest}`),
  };
}

function splitQuery(target: string): { path: string; query: string | undefined } {
  const start = target.indexOf('?');
  return start < 0
    ? { path: target, query: undefined }
    : { path: target.slice(0, start), query: target.slice(start + 1) || undefined };
}

const authorityEnds = ['/', '?', '#'];

/** An address as it is known outside the socket: IPv4 in the IPv6 form of dual-stack sockets (RFC 4291, 2.5.5.2) becomes plain. */
export function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

/** A header as one string: of a list the first value. */
export function firstHeader(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}
