import type { Socket } from 'node:net';
import { type Active, type AnyFunction, errorType, PrivateField } from '../../src/kit';
import { contentLength, type HeaderSource, httpClient, listedHeaders, remotePeer } from '../../src/kit/http';
import { beginRequest, type Connection, endRequest, leave, onConnected, versionOf } from './connections';

/** What all versions have in common of the request that undici's channels tell of. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  readonly upgrade?: string | null;
  /** The text of a head (5, 6.0), or a list of names and values. */
  readonly headers: string | readonly unknown[];
  readonly contentLength?: number | null;
  addHeader(name: string, value: string): void;
}

/** A request under way, and what is known of its end so far. */
interface Exchange {
  readonly active: Active;
  statusCode?: number;
  responseHeaders?: readonly Buffer[];
  peer?: Peer;
  /** Missing if connections are not counted. */
  connection?: Connection | undefined;
}

interface Peer {
  readonly protocolVersion: string;
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
}

const client = httpClient('undici');

/** Told when a connection is there. */
export const onConnect: typeof onConnected = (message) => {
  if (client.isMeasured) onConnected(message);
};

class RequestExchange extends PrivateField {
  #exchange: Exchange | undefined;

  static set(request: UndiciRequest, exchange: Exchange | undefined): void {
    const holder = #exchange in request ? request : new RequestExchange(request);
    holder.#exchange = exchange;
  }

  static of(request: UndiciRequest): Exchange | undefined {
    return #exchange in request ? request.#exchange : undefined;
  }
}

/** `undici:request:create`: begins the span and adds the headers of propagation. */
export function onCreate({ request }: { request: UndiciRequest }): void {
  const active = client.start(
    request.method,
    () => ({ url: readUrl(request) }),
    () => requestHeaders(request),
  );
  if (active === undefined) return;
  RequestExchange.set(request, { active });
  client.inject(
    active,
    request.path.includes('://') && !request.path.startsWith('/') ? request.path : String(request.origin),
    (name) => hasHeader(request.headers, name),
    (name, value) => request.addHeader(name, value),
  );
  if (request.upgrade || request.method === 'CONNECT') watchUpgrade(request);
}

/** Told when the request goes to its connection. */
export function onSendHeaders({ request, socket }: { request: UndiciRequest; socket: Socket }): void {
  const exchange = RequestExchange.of(request);
  if (exchange === undefined) return;
  // Read now: a socket that is closed has forgotten it.
  const { address: peerAddress, port: peerPort } = remotePeer(socket);
  exchange.peer = { protocolVersion: versionOf(socket), peerAddress, peerPort };
  if (!client.isMeasured) return;
  // A request that failed with its connection is sent again on another.
  if (exchange.connection) endRequest(exchange.connection);
  exchange.connection = beginRequest(socket);
}

/** Told of every response, also of informational ones: the last counts. */
export function onHeaders({
  request,
  response,
}: {
  request: UndiciRequest;
  response: { statusCode: number; headers?: readonly Buffer[] };
}): void {
  const exchange = RequestExchange.of(request);
  if (exchange === undefined) return;
  exchange.statusCode = response.statusCode;
  if (response.headers) exchange.responseHeaders = response.headers;
}

/** `undici:request:trailers`: the response has been received whole. */
export function onEnd({ request }: { request: UndiciRequest }): void {
  end(request);
}

/** `undici:request:error`. */
export function onError({ request, error }: { request: UndiciRequest; error: unknown }): void {
  end(request, errorType(error));
}

function end(request: UndiciRequest, failure?: string): void {
  const exchange = RequestExchange.of(request);
  if (exchange === undefined) return;
  RequestExchange.set(request, undefined);
  const { active, statusCode, peer, connection, responseHeaders } = exchange;
  if (connection) endRequest(connection);
  client.end(active, {
    statusCode,
    errorType: failure,
    requestSize: request.contentLength ?? undefined,
    headers: responseHeaders && (() => listedHeaders(responseHeaders)),
    responseSize: responseHeaders && client.isMeasured ? responseSize(responseHeaders) : undefined,
    peerAddress: peer?.peerAddress,
    peerPort: peer?.peerPort,
    protocolVersion: statusCode === undefined ? undefined : peer?.protocolVersion,
  });
}

/** @param headers - names and values, as they came. */
function responseSize(headers: readonly Buffer[]): number | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!;
    if (name.length === 14 && String(name).toLowerCase() === 'content-length')
      return contentLength(String(headers[i + 1]));
  }
  return undefined;
}

/** Before 8 no channel tells of the answer to an upgrade: it is seen where undici hands it to the request. */
function watchUpgrade(request: UndiciRequest): void {
  const internals = request as unknown as Record<string, AnyFunction | undefined>;
  for (const name of ['onUpgrade', 'onRequestUpgrade']) {
    const original = internals[name];
    if (typeof original !== 'function') continue;
    internals[name] = function (this: unknown, ...args: unknown[]) {
      onHeaders({ request, response: { statusCode: args[0] as number } });
      const connection = RequestExchange.of(request)?.connection;
      end(request);
      if (connection) leave(connection);
      return Reflect.apply(original, this, args);
    };
  }
}

function requestHeaders({ headers }: UndiciRequest): HeaderSource {
  if (typeof headers !== 'string') return listedHeaders(headers);
  const lines = headers.split('\r\n').filter(Boolean);
  return listedHeaders(lines.flatMap((line) => line.split(/:\s*(.*)/s).slice(0, 2)));
}

function readUrl({ origin, path }: UndiciRequest): string {
  // To a proxy goes a whole URL, and CONNECT names an authority.
  if (!path.startsWith('/')) return path;
  const base = String(origin);
  return base.endsWith('/') ? `${base.slice(0, -1)}${path}` : `${base}${path}`;
}

/** @param name - in lower case. */
function hasHeader(headers: UndiciRequest['headers'], name: string): boolean {
  if (typeof headers === 'string') return `\r\n${headers}`.toLowerCase().includes(`\r\n${name}:`);
  for (let i = 0; i + 1 < headers.length; i += 2) if (String(headers[i]).toLowerCase() === name) return true;
  return false;
}
