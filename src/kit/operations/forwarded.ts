import { firstHeader, splitHostPort } from './http-common';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the nearest proxy says of the original request. */
export interface Forwarded {
  readonly host?: string | undefined;
  readonly proto?: string | undefined;
  readonly client?: string | undefined;
}

const nothing: Forwarded = {};
const maxHeaderLength = 2048;

/**
 * Reads `Forwarded` (RFC 7239) or else the `X-Forwarded-*` headers; of a chain the first hop, as the HTTP conventions ask for
 * `server.address`, `url.scheme` and `client.address`.
 */
export function readForwarded(headers: Headers): Forwarded {
  const forwarded = firstHeader(headers.forwarded);
  if (forwarded) return parseForwarded(forwarded.slice(0, maxHeaderLength));
  const host = firstHeader(headers['x-forwarded-host']);
  const proto = firstHeader(headers['x-forwarded-proto']);
  const client = firstHeader(headers['x-forwarded-for']);
  if (!host && !proto && !client) return nothing;
  return { host: firstItem(host), proto: firstItem(proto), client: withoutPort(firstItem(client)) };
}

function parseForwarded(value: string): Forwarded {
  const found: { host?: string; proto?: string; for?: string } = {};
  const end = value.indexOf(',');
  for (const pair of (end < 0 ? value : value.slice(0, end)).split(';')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim().toLowerCase();
    if (name === 'host' || name === 'proto' || name === 'for')
      found[name] = unquote(pair.slice(equals + 1).trim());
  }
  return { host: found.host, proto: found.proto, client: withoutPort(found.for) };
}

function firstItem(list: string | undefined): string | undefined {
  if (!list) return undefined;
  const end = list.indexOf(',');
  return (end < 0 ? list : list.slice(0, end)).trim().slice(0, maxHeaderLength) || undefined;
}

function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function withoutPort(address: string | undefined): string | undefined {
  return address === undefined ? undefined : splitHostPort(address).host || undefined;
}
