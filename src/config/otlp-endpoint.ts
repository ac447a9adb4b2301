import type { OtlpConfig } from './config';
import { endpoint, type Parser, signalUrl, unexpected } from './parsers';

/** Where OTLP goes: a URL, a socket, or for gRPC a host and a port alone. */
export const otlpEndpoint: Parser<string> = {
  expected: 'a URL that starts with http://, https:// or unix://',
  parse(text) {
    const isOther = unixSocket.test(text) || hostAndPort.test(text);
    return isOther ? { value: text } : { ...endpoint.parse(text), ...problemIn(text) };
  },
};

function problemIn(text: string): { problem?: string } {
  if (endpoint.parse(text).problem === undefined) return {};
  // The query is not repeated: it may hold a key.
  return { problem: unexpected(otlpEndpoint.expected, text.split('?', 1)[0] ?? '') };
}

/** A path, and behind a colon the path of requests. */
const unixSocket = /^unix:(?:\/\/)?(\/[^:]+)(?::(\/.*))?$/;

/** Also with the schemes that gRPC has for names (github.com/grpc/grpc, doc/naming.md). */
const hostAndPort = /^(?:(?:dns|ipv4|ipv6):\/*)?((?:\[[0-9a-f:.]+\]|[\w.-]+):\d+)$/i;

type Endpoint = Pick<OtlpConfig, 'url' | 'socketPath'>;

export interface EndpointUse {
  readonly protocol: OtlpConfig['protocol'];
  /** Of gRPC, where the endpoint has no scheme. */
  readonly isInsecure: boolean;
  readonly signal: string;
  /** A base, to which the path of the signal is appended; otherwise what is there is used as it is. */
  readonly isBase: boolean;
}

/**
 * What an accepted endpoint means (specification/protocol/exporter.md). A socket has no request path of its own: that of the signal, unless one is
 * given behind a colon, as `unix:///run/otlp.sock:/base`.
 *
 * @returns undefined for a host without a scheme where HTTP is spoken
 */
export function resolveEndpoint(
  text: string,
  { protocol, isInsecure, signal, isBase }: EndpointUse,
): Endpoint | undefined {
  const [, socketPath, requestPath] = unixSocket.exec(text) ?? [];
  const append = (base: string) => signalUrl(base, `v1/${signal}`);
  if (socketPath !== undefined) {
    const url = `http://localhost${requestPath ?? '/'}`;
    return { url: isBase || requestPath === undefined ? append(url) : url, socketPath };
  }
  const [, authority] = hostAndPort.exec(text) ?? [];
  if (authority === undefined) return { url: isBase && protocol !== 'grpc' ? append(text) : text };
  return protocol === 'grpc' ? { url: `${isInsecure ? 'http' : 'https'}://${authority}` } : undefined;
}
