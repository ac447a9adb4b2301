import type { ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { startTimer, stopTimer } from '../../model/timers';
import type { Signal } from '../otlp/json-fields';
import type { Outcome, Sending, Transport } from '../outcome';
import { readGrpcAnswer } from './grpc-answer';
import { sendGrpcByChild } from './grpc-child';
import { createGrpcSession } from './grpc-session';
import { canSendGrpcSync, sendGrpcSync } from './grpc-sync';
import { type Compression, encodeSync, sendEncoded } from './gzip';
import type { RouteTarget } from './http-route';
import { resolveEarly } from './lookup';
import { failureCode, isConnectionFailure } from './network-errors';
import { hostOf, portOf } from './origin';
import { basicCredentials, proxyFor } from './proxy';
import { maxHoldMillis, releaseLoop } from './release-loop';
import { createTlsReader } from './tls-files';

/** Where and how calls are made: of the URL only scheme (TLS or not), host, port and credentials count. */
export interface GrpcTarget extends RouteTarget {
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: Compression;
}

/** `opentelemetry/proto/collector/<signal>/v1` */
const paths: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

/** Belong to one HTTP/1 connection, and are refused by HTTP/2 (RFC 9113, 8.2.2); or are ours. */
const reserved = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** `CANCEL`, the code by which a client takes a call back (RFC 9113, section 7). */
const http2Cancel = 8;

/** A refused stream was not looked at (RFC 9113, 8.7), so it is tried at once on a new connection: servers refuse what crosses their GOAWAY. */
const maxRefusals = 1;

/**
 * OTLP over gRPC: unary calls by `node:http2` (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md).
 */
export function createGrpcTransport(target: GrpcTarget, signal: Signal, userAgent: string): Transport {
  const url = new URL(target.url);
  const { socketPath, compression } = target;
  const peer = {
    host: hostOf(url),
    port: portOf(url),
    socketPath,
    tls: url.protocol === 'https:' ? createTlsReader(target.tls ?? {}) : undefined,
    tunnel: socketPath === undefined ? proxyFor(url, target.proxy ?? {}, true) : undefined,
  };
  if (socketPath === undefined) resolveEarly(peer.tunnel?.host ?? peer.host);
  const session = createGrpcSession(url.origin, peer);
  const metadata = Object.entries(target.headers).filter(([name]) => !reserved.has(name));
  const headers: OutgoingHttpHeaders = {
    ':method': 'POST',
    ':path': paths[signal],
    te: 'trailers',
    ...(url.username && { authorization: basicCredentials(url.username, url.password) }),
    ...Object.fromEntries(metadata),
    'content-type': 'application/grpc',
    'user-agent': userAgent,
    'grpc-accept-encoding': 'identity,gzip',
    ...(compression === 'gzip' && { 'grpc-encoding': 'gzip' }),
  };
  /** By how much the end of the program is late already, having waited for a call that did not leave. */
  let heldMillis = 0;

  return {
    send: (body, timeoutMillis, done) =>
      sendEncoded(compression, body, done, (encoded) => call(encoded, timeoutMillis, done)),
    sendSync(body, budgetMillis) {
      const message = encodeSync(compression, body);
      const left = Math.max(0, budgetMillis - heldMillis);
      const callHeaders = { ...headers, 'grpc-timeout': timeoutHeader(left) };
      return canSendGrpcSync(peer)
        ? sendGrpcSync(
            peer,
            { ':scheme': 'http', ':authority': url.host, ...callHeaders },
            framed(message),
            left,
          )
        : sendGrpcByChild(url.origin, peer, callHeaders, framed(message), left);
    },
    shutdown: () => session.reset(),
  };

  function call(message: Uint8Array, timeoutMillis: number, done: (outcome: Outcome) => void): Sending {
    let finished = false;
    let stream: ClientHttp2Stream | undefined;
    heldMillis = 0;
    const timer = startTimer(() => {
      lose(`no answer in ${Math.round(timeoutMillis)} ms`);
      leave();
    }, timeoutMillis);
    releaseLoop(
      () => !finished && !stream?.writableFinished,
      () => {
        heldMillis = maxHoldMillis;
        session.reset();
      },
    );
    attempt(maxRefusals);
    return { hasLeft: () => hasLeft() && !finished };

    function attempt(refusalsLeft: number): void {
      session.request({ ...headers, 'grpc-timeout': timeoutHeader(timeoutMillis) }, (error, opened) => {
        if (error) return fail(error);
        if (finished) return opened!.close(http2Cancel);
        stream = opened!;
        stream.on('error', (streamError) => {
          // What is wrong with the stream alone is told when it closes, by its code.
          const cause = session.lastError() ?? causeOf(streamError);
          if (failureCode(cause) !== 'ERR_HTTP2_STREAM_ERROR') fail(cause);
        });
        readGrpcAnswer(stream, finish, abandon, lose, () => {
          session.retire();
          if (refusalsLeft > 0) attempt(refusalsLeft - 1);
          else lose('REFUSED_STREAM');
        });
        stream.end(framed(message));
      });
    }

    function hasLeft(): boolean {
      return stream?.writableFinished === true;
    }

    function fail(error: Error): void {
      const reason = failureCode(error);
      if (isConnectionFailure(error)) lose(reason);
      else finish({ kind: 'failure', reason, ...unanswered() });
    }

    function lose(reason: string): void {
      finish({ kind: 'retryable', reason, ...unanswered() });
    }

    function unanswered(): { isUnanswered?: true } {
      return hasLeft() ? { isUnanswered: true } : {};
    }

    function abandon(outcome: Outcome): void {
      finish(outcome);
      leave();
    }

    /** What does not answer in time, or says too much, is not worth a warm connection. */
    function leave(): void {
      stream?.close(http2Cancel);
      session.retire();
    }

    function finish(outcome: Outcome): void {
      if (finished) return;
      finished = true;
      stopTimer(timer);
      done(outcome);
    }
  }

  /** A message with what gRPC puts before it: whether it is compressed, and its length. */
  function framed(message: Uint8Array): Uint8Array {
    const prefix = Buffer.alloc(5);
    prefix[0] = compression === 'gzip' ? 1 : 0;
    prefix.writeUInt32BE(message.length, 1);
    return Buffer.concat([prefix, message]);
  }
}

/** A stream that is cancelled with its connection says why that was lost. */
export function causeOf(error: Error): Error {
  return error.cause instanceof Error ? error.cause : error;
}

/** At most eight digits and a unit. */
function timeoutHeader(millis: number): string {
  const whole = Math.max(1, Math.ceil(millis));
  return whole < 1e8 ? `${whole}m` : `${Math.ceil(whole / 1000)}S`;
}
