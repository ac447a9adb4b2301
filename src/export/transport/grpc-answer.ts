import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import type { Outcome } from '../outcome';
import { outcomeOfHttpStatus, outcomeOfStatus } from './grpc-status';
import { gunzipped } from './gzip';
import { maxResponseBytes } from './http-response';
import { successOf } from './partial-success';

/** The flag for "compressed" and the length, before each message. */
const prefixLength = 5;

const tooLarge: Outcome = { kind: 'failure', reason: `answer larger than ${maxResponseBytes} bytes` };

/**
 * Reads the answer to a unary call: at most one message, and the status in the trailers, or in the headers where there is nothing else.
 *
 * @param abandon - takes the outcome of an answer that is not read to its end
 * @param lose - called with the reason when the connection closed before there was an answer
 * @param refused - called when the server did not look at the call
 * @param read - what a message says; by default it is the answer to an export
 */
export function readGrpcAnswer(
  stream: ClientHttp2Stream,
  finish: (outcome: Outcome) => void,
  abandon: (outcome: Outcome) => void,
  lose: (reason: string) => void,
  refused: () => void,
  read: (message: Uint8Array) => Outcome = successOf,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let answer: IncomingHttpHeaders = {};
  stream.on('response', (headers) => {
    answer = headers;
  });
  stream.on('trailers', (trailers) => {
    answer = { ...answer, ...trailers };
  });
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxResponseBytes + prefixLength) abandon(tooLarge);
    else chunks.push(chunk);
  });
  stream.on('close', () => {
    const status = answer['grpc-status'];
    const httpStatus = Number(answer[':status'] ?? 0);
    if (status === '0') readMessage(Buffer.concat(chunks), read, finish);
    else if (status !== undefined) finish(statusOutcome(Number(status), answer));
    else if (httpStatus !== 0 && httpStatus !== 200) finish(outcomeOfHttpStatus(httpStatus));
    else if (stream.rstCode === refusedStream) refused();
    else if (stream.rstCode === enhanceYourCalm) lose('ENHANCE_YOUR_CALM');
    else if (stream.rstCode === cancel || httpStatus === 0) lose('CONNECTION_CLOSED');
    else finish({ kind: 'failure', reason: 'NO_GRPC_STATUS' });
  });
}

/** Error codes of HTTP/2 (RFC 9113, section 7). A stream whose connection is closed has CANCEL, or none without an answer. */
const refusedStream = 7;
const cancel = 8;
const enhanceYourCalm = 11;

function statusOutcome(code: number, answer: IncomingHttpHeaders): Outcome {
  const text = (name: string) => {
    const value = answer[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return outcomeOfStatus(code, text('grpc-message'), text('grpc-status-details-bin'));
}

function readMessage(
  message: Buffer,
  read: (message: Uint8Array) => Outcome,
  finish: (outcome: Outcome) => void,
): void {
  const body = message.subarray(prefixLength);
  if (message[0] !== 1) finish(read(body));
  else gunzipped(body, maxResponseBytes, (decoded) => finish(decoded ? read(decoded) : tooLarge));
}
