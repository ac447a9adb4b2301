import type { ClientHttp2Stream } from 'node:http2';
import { startTimer, stopTimer } from '../../model/timers';
import { causeOf } from './grpc';
import { readGrpcAnswer } from './grpc-answer';
import { createGrpcSession } from './grpc-session';
import { failureCode } from './network-errors';
import { hostOf, portOf } from './origin';
import { releaseLoop } from './release-loop';
import { createTlsReader } from './tls-files';

/** The message that came back, or why none did. */
export type UnaryAnswer = { readonly message: Uint8Array } | { readonly problem: string };

const timeoutMillis = 10_000;

/**
 * Calls a method on a connection of its own. Never throws, is never traced, and never keeps the process alive.
 *
 * @param url - http or https; only host and port count
 * @param path - `/package.Service/Method`
 * @param message - at most 16 MB
 * @param done - called once
 */
export function callUnary(
  url: string,
  path: string,
  message: Uint8Array,
  done: (answer: UnaryAnswer) => void,
): void {
  const { protocol, origin, ...target } = partsOf(url);
  const session = createGrpcSession(origin, {
    ...target,
    tls: protocol === 'https:' ? createTlsReader({}) : undefined,
  });
  let isDone = false;
  let stream: ClientHttp2Stream | undefined;
  const fail = (problem: string) => finish({ problem });
  const timer = startTimer(() => fail(`no answer in ${timeoutMillis} ms`), timeoutMillis);
  releaseLoop(
    () => !isDone && !stream?.writableFinished,
    () => fail('the program ended'),
  );
  const headers = {
    ':method': 'POST',
    ':path': path,
    te: 'trailers',
    'content-type': 'application/grpc',
    'grpc-accept-encoding': 'identity,gzip',
    'grpc-timeout': `${timeoutMillis}m`,
  };
  session.request(headers, (error, opened) => {
    if (error) return fail(failureCode(error));
    stream = opened!;
    stream.on('error', (streamError) => {
      const code = failureCode(session.lastError() ?? causeOf(streamError));
      // What is wrong with the stream alone is told when it closes.
      if (code !== 'ERR_HTTP2_STREAM_ERROR') fail(code);
    });
    let body = new Uint8Array();
    readGrpcAnswer(
      stream,
      (outcome) => (outcome.kind === 'success' ? finish({ message: body }) : fail(outcome.reason)),
      (outcome) => fail('reason' in outcome ? outcome.reason : outcome.kind),
      fail,
      () => fail('REFUSED_STREAM'),
      (received) => {
        body = received as Uint8Array<ArrayBuffer>;
        return { kind: 'success' };
      },
    );
    stream.end(framed(message));
  });

  function finish(answer: UnaryAnswer): void {
    if (isDone) return;
    isDone = true;
    stopTimer(timer);
    session.reset();
    done(answer);
  }
}

function partsOf(url: string) {
  const parsed = new URL(url);
  return { protocol: parsed.protocol, origin: parsed.origin, host: hostOf(parsed), port: portOf(parsed) };
}

/** With what gRPC puts before a message: that it is not compressed, and its length. */
function framed(message: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
