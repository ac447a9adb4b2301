import { errorMonitor } from 'node:events';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import {
  type Active,
  type AnyFunction,
  errorType,
  PrivateField,
  reportFailure,
  telemetry,
} from '../../src/kit';
import {
  type ClientTarget,
  contentLength,
  defaultPort,
  type HeaderSource,
  httpClient,
  joinHostPort,
  plainHeaders,
  type RemotePeer,
  remotePeer,
  splitHostPort,
} from '../../src/kit/http';
import { findHeader, setHeader } from './client-headers';
import { addAgent } from './connections';

const client = httpClient('http');

/** A request under way. */
interface Exchange {
  readonly active: Active;
  /** Who answered; a socket that is closed has forgotten it. */
  peer: RemotePeer | undefined;
  /** Ends the span, the first time that it is called. */
  end(failure?: unknown): void;
}

class RequestExchange extends PrivateField {
  /** `undefined` for a request that is seen but not traced. */
  #exchange: Exchange | undefined;

  static set(request: ClientRequest, exchange: Exchange | undefined): void {
    new RequestExchange(request).#exchange = exchange;
  }

  static isSet(request: ClientRequest): boolean {
    return #exchange in request;
  }

  static of(request: ClientRequest): Exchange | undefined {
    return #exchange in request ? request.#exchange : undefined;
  }
}

/** The span of a request that was just made, and its headers while they can still be set. Each request counts once. */
export function startClientSpan(request: ClientRequest): void {
  if (RequestExchange.isSet(request)) return;
  const active = client.start(
    request.method,
    () => readTarget(request),
    () => requestHeaders(request),
  );
  const exchange = active && telemetry.isRecording ? createExchange(request, active) : undefined;
  RequestExchange.set(request, exchange);
  if (active === undefined) return;
  client.inject(
    active,
    serverOf(request),
    (name) => findHeader(request, name) !== undefined,
    (name, value) => setHeader(request, name, value),
  );
  if (exchange === undefined) return;
  if (client.isMeasured) countConnections(request);
  // The monitor is no listener to Node: an error that the program does not handle stays one, and then is the last that happens.
  request.on(errorMonitor, exchange.end);
  request.on('close', exchange.end);
}

function countConnections(request: ClientRequest): void {
  const { agent } = request as { readonly agent?: unknown };
  if (typeof agent === 'object' && agent !== null) addAgent(agent as Agent);
}

/** The head of a response has arrived. */
export function onResponse(request: ClientRequest): void {
  const exchange = RequestExchange.of(request);
  if (exchange === undefined) return;
  exchange.peer = remotePeer(request.socket);
  const { res: response } = request as { res?: (IncomingMessage & { req?: ClientRequest }) | null };
  if (!response) return;
  // Node does so next, and then adds a listener: in the other order V8 would have two hidden classes of responses.
  response.req ??= request;
  // The request closes some turns of the event loop later, and a worker of a pool may never get there: it sleeps, or is stopped, once its task is done.
  response.on('end', exchange.end);
}

function createExchange(request: ClientRequest, active: Active): Exchange {
  let isEnded = false;
  const exchange: Exchange = { active, peer: undefined, end };
  return exchange;

  function end(failure?: unknown): void {
    if (isEnded) return;
    isEnded = true;
    const response = (request as { res?: IncomingMessage | null }).res ?? undefined;
    const { address: peerAddress, port: peerPort } = exchange.peer ?? remotePeer(request.socket);
    client.end(active, {
      statusCode: response?.statusCode,
      errorType: readErrorType(request, response, failure),
      protocolVersion: response?.httpVersion,
      peerAddress,
      peerPort,
      headers: response && (() => plainHeaders(response.headers)),
      requestSize: client.isMeasured ? requestSize(request) : undefined,
      responseSize: client.isMeasured ? contentLength(response?.headers['content-length']) : undefined,
      target: isHostOverridden(request)
        ? readTarget(request, connectedPort(request, exchange, failure))
        : undefined,
    });
  }
}

function requestHeaders(request: ClientRequest): HeaderSource {
  return { get: (name) => findHeader(request, name), names: () => request.getHeaderNames() };
}

/** What the head says; Node itself knows the length of a body that came in one piece. */
function requestSize(request: ClientRequest): number | undefined {
  return contentLength(
    // Of a request without a body Node says 0.
    findHeader(request, 'content-length') ??
      ((request as { _contentLength?: unknown })._contentLength || undefined),
  );
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
  const { protocol, path } = request;
  // To a proxy goes a whole URL, and CONNECT names an authority.
  if (!path.startsWith('/') && path !== '*') return { url: path };
  const scheme = protocol.slice(0, -1);
  const { host } = splitHostPort(request.host);
  const named = hostHeader(request);
  const port =
    (named?.host === host ? (named.port ?? agentPort(request)) : actualPort) ?? defaultPort(scheme);
  return {
    url: `${scheme}://${joinHostPort(scheme, host, port)}${path === '*' ? '' : path}`,
    host,
    port,
    socketPath: (request as { socketPath?: string }).socketPath ?? undefined,
  };
}

/** Whom the request is for, which behind a proxy is not the host that it is sent to. */
function serverOf(request: ClientRequest): string | undefined {
  if ((request as { socketPath?: string }).socketPath) return undefined;
  return request.path.includes('://') && !request.path.startsWith('/') ? request.path : request.host;
}

/** Node leaves the agent's default port out of the `Host` header. */
function agentPort(request: ClientRequest): number | undefined {
  return (request as { agent?: { defaultPort?: number } }).agent?.defaultPort;
}

/** Whether the `Host` header is missing or not the one that Node makes of the request's own host. */
function isHostOverridden(request: ClientRequest): boolean {
  return hostHeader(request)?.host !== splitHostPort(request.host).host;
}

function hostHeader(request: ClientRequest) {
  const header = findHeader(request, 'host');
  return header === undefined ? undefined : splitHostPort(header);
}

function connectedPort(request: ClientRequest, { peer }: Exchange, failure: unknown): number | undefined {
  const port =
    peer?.port ?? remotePeer(request.socket).port ?? (failure as { port?: unknown } | undefined)?.port;
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

/** The head is made when the program first writes: of a request whose making nobody told (`new ClientRequest`, a `request` taken before it was replaced). */
export function headWithSpan(makeHead: AnyFunction): AnyFunction {
  return function (this: ClientRequest, ...args: unknown[]) {
    try {
      startClientSpan(this);
    } catch (error) {
      reportFailure(error);
    }
    return Reflect.apply(makeHead, this, args);
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
