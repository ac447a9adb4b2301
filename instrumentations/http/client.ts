import { errorMonitor } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import {
  type Active,
  type AnyFunction,
  type ClientTarget,
  defaultPort,
  errorType,
  httpClient,
  joinHostPort,
  reportFailure,
  splitHostPort,
} from '../../src/kit';
import { findHeader, setHeader } from './client-headers';

const client = httpClient('http');

/** A request under way. */
interface Exchange {
  readonly active: Active;
  /** Who answered; a socket that is closed has forgotten it. */
  peer?: Peer;
}

interface Peer {
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
}

/** `undefined` for a request that is seen but not traced. */
const exchanges = new WeakMap<ClientRequest, Exchange | undefined>();

/** The span of a request that was just made, and its headers while they can still be set. Each request counts once. */
export function startClientSpan(request: ClientRequest): void {
  if (exchanges.has(request)) return;
  const active = client.start(request.method, () => readTarget(request));
  const exchange = active && { active };
  exchanges.set(request, exchange);
  if (exchange === undefined) return;
  client.inject(
    exchange.active,
    (name) => findHeader(request, name) !== undefined,
    (name, value) => setHeader(request, name, value),
  );
  endWith(request, exchange);
}

/** The head of a response has arrived. */
export function onResponse(request: ClientRequest): void {
  const exchange = exchanges.get(request);
  if (exchange) exchange.peer = readPeer(request);
}

function endWith(request: ClientRequest, exchange: Exchange): void {
  let isEnded = false;
  const end = (failure?: unknown) => {
    if (isEnded) return;
    isEnded = true;
    const response = (request as { res?: IncomingMessage | null }).res ?? undefined;
    client.end(exchange.active, {
      statusCode: response?.statusCode,
      errorType: readErrorType(request, response, failure),
      protocolVersion: response?.httpVersion,
      ...(exchange.peer ?? readPeer(request)),
      target: isHostOverridden(request)
        ? readTarget(request, connectedPort(request, exchange, failure))
        : undefined,
    });
  };
  // The monitor is no listener to Node: an error that the program does not handle stays one, and then is the last that happens.
  request.on(errorMonitor, end);
  request.on('close', () => end());
}

function readPeer({ socket }: ClientRequest): Peer {
  return { peerAddress: socket?.remoteAddress, peerPort: socket?.remotePort };
}

function readErrorType(
  request: ClientRequest,
  response: IncomingMessage | undefined,
  failure: unknown,
): string | undefined {
  if (failure !== undefined) return errorType(failure);
  // After an upgrade or CONNECT the connection is the program's, and there is no body.
  if (response?.complete || (response as { upgrade?: boolean } | undefined)?.upgrade) return undefined;
  return errorType(response?.errored ?? request.errored ?? connectionLost);
}

/** What Node itself calls a connection that ended too early. */
const connectionLost = { code: 'ECONNRESET' };

/** @param actualPort - of the server, where the program's own `Host` header hides it until there is a connection. */
function readTarget(request: ClientRequest, actualPort?: number): ClientTarget {
  const { protocol, host, path } = request;
  // To a proxy goes a whole URL, and CONNECT names an authority.
  if (!path.startsWith('/') && path !== '*') return { url: path };
  const scheme = protocol.slice(0, -1);
  const named = splitHostPort(findHeader(request, 'host') ?? '');
  const port = isHostOverridden(request) ? actualPort : (named.port ?? agentPort(request));
  return {
    url: `${scheme}://${joinHostPort(scheme, host, port ?? defaultPort(scheme))}${path === '*' ? '' : path}`,
    socketPath: (request as { socketPath?: string }).socketPath ?? undefined,
  };
}

/** Node leaves the agent's default port out of the `Host` header. */
function agentPort(request: ClientRequest): number | undefined {
  return (request as { agent?: { defaultPort?: number } }).agent?.defaultPort;
}

/** Whether the `Host` header is missing or not the one that Node makes of the request's own host. */
function isHostOverridden(request: ClientRequest): boolean {
  const header = findHeader(request, 'host');
  return header === undefined || splitHostPort(header).host !== splitHostPort(request.host).host;
}

function connectedPort(request: ClientRequest, { peer }: Exchange, failure: unknown): number | undefined {
  const port =
    peer?.peerPort ?? request.socket?.remotePort ?? (failure as { port?: unknown } | undefined)?.port;
  return typeof port === 'number' ? port : undefined;
}

/** `request` of `node:http` or `node:https`, where no channel tells of a request early enough. */
export function requestWithSpan(request: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const created = Reflect.apply(request, this, args) as ClientRequest;
    try {
      startClientSpan(created);
    } catch (error) {
      reportFailure(error);
    }
    return created;
  };
}

/** Node's own `get` ends the request at once, before headers could be added. */
export function getWithSpan(
  _get: AnyFunction,
  { request }: Readonly<Record<string, AnyFunction>>,
): AnyFunction {
  const start = requestWithSpan(request!);
  return function (this: unknown, ...args: unknown[]) {
    const created = Reflect.apply(start, this, args) as ClientRequest;
    created.end();
    return created;
  };
}
