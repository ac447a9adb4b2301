import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Active, errorType, interceptRead, lookUp, requestContext, telemetry } from '../../src/kit';
import { contentLength, type HeaderSource, httpServer } from '../../src/kit/http';

const server = httpServer('http');

/** The span of a request that the parser has read the head of; its handler runs next, in the same asynchronous resource. */
export function startServerSpan(request: IncomingMessage, response: ServerResponse, socket: Socket): void {
  const active = server.start(request as never);
  if (active === undefined) return;
  telemetry.enter(active.context);
  if (hasBody(request)) enterWithBodies(request);
  const stopWaiting = isQueued(socket) ? endWithSocket(active, socket) : undefined;

  response.on('close', () => {
    stopWaiting?.();
    // The connection closes outside every request; what the program does about it belongs to this one.
    telemetry.enter(active.context);
    const isFinished = lookUp(response, 'writableFinished');
    const failure = isFinished ? undefined : (response.errored ?? request.errored);
    server.end(active, {
      statusCode: wasSent(response) ? lookUp(response, 'statusCode') : undefined,
      errorType: isFinished ? undefined : failure ? errorType(failure) : 'ECONNRESET',
      headers: () => responseHeaders(response),
      responseSize: server.isMeasured ? bodySize(response) : undefined,
    });
  });
}

/** `headersSent` is already true of a head that was only built. */
function wasSent(response: ServerResponse): boolean {
  return (response as unknown as { _headerSent: boolean })._headerSent;
}

function responseHeaders(response: ServerResponse): HeaderSource {
  return { get: (name) => response.getHeader(name), names: () => response.getHeaderNames() };
}

/** What the head says; Node itself knows the length of a body that came in one piece. */
function bodySize(response: ServerResponse): number | undefined {
  return contentLength(
    response.getHeader('content-length') ?? (response as { _contentLength?: unknown })._contentLength,
  );
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

const seenPrototypes = new WeakSet<object>();

/**
 * Body chunks arrive in later callbacks of the parser, which Node 24 and later run in the context of the connection. The parser hands each
 * to `request.push`, which nobody else reads: a place to enter the request's context. Each class of requests is patched once.
 */
function enterWithBodies(request: IncomingMessage): void {
  const prototype = Object.getPrototypeOf(request) as IncomingMessage;
  if (seenPrototypes.has(prototype)) return;
  seenPrototypes.add(prototype);
  interceptRead(prototype, 'push', (self, push) => {
    const context = requestContext(self);
    if (context !== undefined) telemetry.enter(context);
    return push;
  });
}

/** Whether the response has to wait for that of an earlier, pipelined request. */
function isQueued(socket: Socket): boolean {
  return Boolean((socket as { _httpMessage?: unknown })._httpMessage);
}

/** Requests whose responses wait for earlier ones on the same connection. */
const waiting = new WeakMap<Socket, Set<Active>>();

/** Node before 24 tells a waiting response nothing when its connection is lost. One listener a connection, since more than ten make a warning. */
function endWithSocket(active: Active, socket: Socket): () => void {
  const queued = waiting.get(socket) ?? endAllWithSocket(socket);
  queued.add(active);
  return () => queued.delete(active);
}

function endAllWithSocket(socket: Socket): Set<Active> {
  const queued = new Set<Active>();
  waiting.set(socket, queued);
  socket.once('close', () => {
    for (const active of queued) server.end(active, { errorType: 'ECONNRESET' });
    queued.clear();
  });
  return queued;
}
