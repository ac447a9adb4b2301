import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { remotePeer } from '../../model/remote-peer';
import { suppressed } from '../../model/suppress';
import { startTimer, stopTimer } from '../../model/timers';
import type { Outcome, Sending, Transport } from '../outcome';
import { createConnector } from './connection';
import { type Compression, encodeSync, gunzipped, sendEncoded } from './gzip';
import { sendByChild } from './http-child';
import { maxResponseBytes, outcomeOf } from './http-response';
import { httpRouteTo, type RouteTarget } from './http-route';
import { canSendSync, sendHttpSync } from './http-sync';
import { rememberAddress, resolveEarly } from './lookup';
import { failureCode, isConnectionFailure } from './network-errors';
import { maxHoldMillis, releaseLoop } from './release-loop';

/** Where and how requests are sent. */
export interface HttpTarget extends RouteTarget {
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: Compression;
  /** Default: OTLP in binary protobuf. */
  readonly contentType?: string;
}

const maxRedirects = 3;

/**
 * OTLP over HTTP (OTLP specification, "OTLP/HTTP"). One kept-alive connection, more only while an answer is missing; sockets never keep the
 * process alive.
 */
export function createHttpTransport(target: HttpTarget, userAgent: string): Transport {
  const route = httpRouteTo(target);
  // Taken before any patch of ours can be seen: an exporter must not trace itself.
  const http = require(route.peer.tls ? 'node:https' : 'node:http') as typeof import('node:http');
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1 });
  const connector = createConnector(route.peer);
  agent.createConnection = ((_options: unknown, done: (error: Error | null, socket?: Socket) => void) => {
    connector.open(done);
  }) as unknown as typeof agent.createConnection;
  const headers: Record<string, string> = {
    ...target.headers,
    ...route.headers,
    'content-type': target.contentType ?? 'application/x-protobuf',
    'user-agent': userAgent,
  };
  if (target.compression === 'gzip') headers['content-encoding'] = 'gzip';
  if (route.peer.socketPath === undefined) resolveEarly(route.peer.tunnel?.host ?? route.peer.host);
  let path = route.options.path;
  /** By how much the end of the program is late already, having waited for a request that did not leave. */
  let heldMillis = 0;

  return {
    send: (body, timeoutMillis, done) =>
      sendEncoded(target.compression, body, done, (encoded) => post(encoded, timeoutMillis, done)),
    sendSync(body, budgetMillis) {
      const options = { ...route.options, path };
      const encoded = encodeSync(target.compression, body);
      const left = Math.max(0, budgetMillis - heldMillis);
      return canSendSync(options)
        ? sendHttpSync(options, headers, encoded, left)
        : sendByChild(route.peer, options, headers, encoded, left);
    },
    shutdown: () => agent.destroy(),
  };

  function post(body: Uint8Array, timeoutMillis: number, done: (outcome: Outcome) => void): Sending {
    let finished = false;
    let redirects = 0;
    let request: ClientRequest | undefined;
    let response: IncomingMessage | undefined;
    heldMillis = 0;
    const timer = startTimer(() => lose(`no answer in ${Math.round(timeoutMillis)} ms`), timeoutMillis);
    releaseLoop(
      () => !finished && !request?.writableFinished,
      () => {
        heldMillis = maxHoldMillis;
        request?.destroy();
        connector.abort();
      },
    );
    attempt(path);
    return { hasLeft: () => request?.writableFinished === true && !finished };

    function attempt(requestPath: string): void {
      try {
        request = suppressed(() =>
          http.request({
            ...route.options,
            agent,
            path: requestPath,
            headers: { ...headers, 'content-length': body.byteLength },
          }),
        );
      } catch (error) {
        finish({ kind: 'failure', reason: (error as Error).message });
        return;
      }
      request.on('socket', (socket) => socket.unref());
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (isConnectionFailure(error)) lose(failureCode(error));
        else finish({ kind: 'failure', reason: failureCode(error) });
      });
      request.on('response', (incoming) => {
        response = incoming;
        rememberAddress(route.options.hostname, remotePeer(incoming.socket).address);
        const next = redirects++ < maxRedirects ? redirection(response, target.url) : undefined;
        if (next === undefined) return readAnswer(response, target.url, finish, lose);
        response.resume();
        const nextPath = route.requestPath(next);
        if (incoming.statusCode === 308) path = nextPath;
        attempt(nextPath);
      });
      request.end(body);
    }

    function lose(reason: string): void {
      finish({ kind: 'retryable', reason });
    }

    function finish(outcome: Outcome): void {
      if (finished) return;
      finished = true;
      stopTimer(timer);
      if (outcome.kind !== 'success') {
        request?.destroy();
        if (!request?.socket) connector.abort();
      }
      done('reason' in outcome && isUnanswered() ? { ...outcome, isUnanswered: true } : outcome);
    }

    function isUnanswered(): boolean {
      return request?.writableFinished === true && response?.complete !== true;
    }
  }
}

/**
 * The new path, where a POST is asked to be repeated at the same origin (RFC 9110, 15.4.8 and 15.4.9). Anything else is not followed: headers hold
 * credentials, and the target was chosen by whoever configured it.
 */
function redirection(
  { statusCode, headers: { location } }: IncomingMessage,
  from: string,
): string | undefined {
  if ((statusCode !== 307 && statusCode !== 308) || location === undefined || !URL.canParse(location, from)) {
    return undefined;
  }
  const to = new URL(location, from);
  return to.origin === new URL(from).origin ? to.pathname + to.search : undefined;
}

function readAnswer(
  response: IncomingMessage,
  from: string,
  finish: (outcome: Outcome) => void,
  lose: (reason: string) => void,
): void {
  const { statusCode = 0, headers } = response;
  const tooLarge: Outcome = { kind: 'failure', reason: `answer larger than ${maxResponseBytes} bytes` };
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxResponseBytes) finish(tooLarge);
    else chunks.push(chunk);
  });
  response.on('error', (error) => lose(failureCode(error)));
  response.on('end', () => {
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      finish({ kind: 'failure', reason: `HTTP ${statusCode} to ${originOf(headers.location, from)}` });
      return;
    }
    const body = Buffer.concat(chunks);
    const settle = (decoded: Uint8Array | undefined) =>
      finish(decoded ? outcomeOf(statusCode, headers['retry-after'], decoded) : tooLarge);
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding === 'gzip') gunzipped(body, maxResponseBytes, settle);
    // An encoding that was not asked for: the status is what counts.
    else settle(encoding === 'identity' ? body : new Uint8Array());
  });
}

/** Without path and query, which may hold secrets. */
function originOf(location: string, from: string): string {
  return URL.canParse(location, from) ? new URL(location, from).origin : 'somewhere';
}
