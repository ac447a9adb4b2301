import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { suppressed } from '../../model/suppress';
import { startTimer, stopTimer } from '../../model/timers';
import type { Outcome, Sending, Transport } from '../outcome';
import { sendByChild } from './http-child';
import { maxResponseBytes, outcomeOf } from './http-response';
import { canSendSync, rememberAddress, sendHttpSync } from './http-sync';
import { maxHoldMillis, releaseLoop } from './release-loop';

/** Where and how requests are sent. */
export interface HttpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
}

const retryableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/**
 * OTLP over HTTP with binary protobuf (OTLP specification, "OTLP/HTTP"). One kept-alive connection; sockets never keep the
 * process alive.
 */
export function createHttpTransport(target: HttpTarget, userAgent: string): Transport {
  const url = new URL(target.url);
  const secure = url.protocol === 'https:';
  // Taken before any patch of ours can be seen: an exporter must not trace itself.
  const http = require(secure ? 'node:https' : 'node:http') as typeof import('node:http');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const headers: Record<string, string> = {
    ...target.headers,
    'content-type': 'application/x-protobuf',
    'user-agent': userAgent,
  };
  if (target.compression === 'gzip') headers['content-encoding'] = 'gzip';
  const options: RequestOptions & { autoSelectFamily: boolean } = {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (secure ? 443 : 80),
    path: url.pathname + url.search,
    method: 'POST',
    agent,
    // `localhost` is ::1 first on many machines, and Node 18 tries only the first address unless asked.
    autoSelectFamily: true,
  };
  /** By how much the end of the program is late already, having waited for a request that did not leave. */
  let heldMillis = 0;
  if (url.username) options.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;

  return {
    send(body, timeoutMillis, done) {
      if (target.compression !== 'gzip') return post(body, timeoutMillis, done);
      let sending: Sending | undefined;
      const { gzip } = require('node:zlib') as typeof import('node:zlib');
      gzip(body, (error, zipped) => {
        if (error) done({ kind: 'failure', reason: error.message });
        else sending = post(zipped, timeoutMillis, done);
      });
      return { hasLeft: () => sending?.hasLeft() ?? false };
    },
    sendSync(body, budgetMillis) {
      const send = canSendSync(options) ? sendHttpSync : sendByChild;
      const encoded = target.compression === 'gzip' ? gzipped(body) : body;
      return send(options, headers, encoded, Math.max(0, budgetMillis - heldMillis));
    },
    shutdown: () => agent.destroy(),
  };

  function post(body: Uint8Array, timeoutMillis: number, done: (outcome: Outcome) => void): Sending {
    let finished = false;
    heldMillis = 0;
    let request: ClientRequest | undefined;
    const timer = startTimer(
      () => finish({ kind: 'retryable', reason: `no answer in ${Math.round(timeoutMillis)} ms` }),
      timeoutMillis,
    );
    try {
      request = suppressed(() =>
        http.request({ ...options, headers: { ...headers, 'content-length': body.byteLength } }),
      );
    } catch (error) {
      finish({ kind: 'failure', reason: (error as Error).message });
      return { hasLeft: () => false };
    }
    request.on('socket', (socket) => socket.unref());
    releaseLoop(
      () => !finished && !request!.writableFinished,
      () => {
        heldMillis = maxHoldMillis;
        request!.destroy();
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => {
      const kind = retryableCodes.has(error.code ?? '') ? 'retryable' : 'failure';
      finish({ kind, reason: error.code ?? error.message });
    });
    request.on('response', (response) => {
      rememberAddress(options.hostname!, response.socket.remoteAddress);
      readAnswer(response, finish);
    });
    request.end(body);
    return { hasLeft: () => request!.writableFinished && !finished };

    function finish(outcome: Outcome): void {
      if (finished) return;
      finished = true;
      stopTimer(timer);
      if (outcome.kind !== 'success') request?.destroy();
      done(outcome);
    }
  }
}

function gzipped(body: Uint8Array): Uint8Array {
  const { gzipSync } = require('node:zlib') as typeof import('node:zlib');
  return gzipSync(body);
}

function readAnswer(response: IncomingMessage, finish: (outcome: Outcome) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxResponseBytes)
      finish({ kind: 'failure', reason: `answer larger than ${maxResponseBytes} bytes` });
    else chunks.push(chunk);
  });
  response.on('error', (error: NodeJS.ErrnoException) =>
    finish({ kind: 'retryable', reason: error.code ?? error.message }),
  );
  response.on('end', () => {
    const retryAfter = response.headers['retry-after'];
    finish(outcomeOf(response.statusCode ?? 0, retryAfter, Buffer.concat(chunks)));
  });
}
