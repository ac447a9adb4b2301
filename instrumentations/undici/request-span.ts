import type { Socket } from 'node:net';
import { type Active, type AnyFunction, errorType, httpClient, PrivateField } from '../../src/kit';

/** What all versions have in common of the request that undici's channels tell of. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  readonly upgrade?: string | null;
  /** The text of a head (5, 6.0), or a list of names and values. */
  readonly headers: string | readonly unknown[];
  addHeader(name: string, value: string): void;
}

/** A request under way, and what is known of its end so far. */
interface Exchange {
  readonly active: Active;
  statusCode?: number;
  connection?: Connection;
}

interface Connection {
  readonly protocolVersion: string;
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
}

const client = httpClient('undici');

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

export function onCreate({ request }: { request: UndiciRequest }): void {
  const active = client.start(request.method, () => ({ url: readUrl(request) }));
  if (active === undefined) return;
  RequestExchange.set(request, { active });
  client.inject(
    active,
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
  exchange.connection = {
    protocolVersion: (socket as { alpnProtocol?: unknown }).alpnProtocol === 'h2' ? '2' : '1.1',
    peerAddress: socket.remoteAddress,
    peerPort: socket.remotePort,
  };
}

/** Told of every response, also of informational ones: the last counts. */
export function onHeaders({
  request,
  response,
}: {
  request: UndiciRequest;
  response: { statusCode: number };
}): void {
  const exchange = RequestExchange.of(request);
  if (exchange) exchange.statusCode = response.statusCode;
}

export function onEnd({ request }: { request: UndiciRequest }): void {
  end(request);
}

export function onError({ request, error }: { request: UndiciRequest; error: unknown }): void {
  end(request, errorType(error));
}

function end(request: UndiciRequest, failure?: string): void {
  const exchange = RequestExchange.of(request);
  if (exchange === undefined) return;
  RequestExchange.set(request, undefined);
  const { active, statusCode, connection } = exchange;
  client.end(active, {
    statusCode,
    errorType: failure,
    peerAddress: connection?.peerAddress,
    peerPort: connection?.peerPort,
    protocolVersion: statusCode === undefined ? undefined : connection?.protocolVersion,
  });
}

/** Before 8 no channel tells of the answer to an upgrade: it is seen where undici hands it to the request. */
function watchUpgrade(request: UndiciRequest): void {
  const internals = request as unknown as Record<string, AnyFunction | undefined>;
  for (const name of ['onUpgrade', 'onRequestUpgrade']) {
    const original = internals[name];
    if (typeof original !== 'function') continue;
    internals[name] = function (this: unknown, ...args: unknown[]) {
      onHeaders({ request, response: { statusCode: args[0] as number } });
      end(request);
      return Reflect.apply(original, this, args);
    };
  }
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
