import type { OutgoingHttpHeaders } from 'node:http2';
import type { Outcome } from '../outcome';
import { runInChild } from './child-process';
import type { Peer } from './connection';
import { outcomeOfHttpStatus, outcomeOfStatus } from './grpc-status';

const main = `
function main({ peer, authority, headers }, body) {
  withSocket(peer, (socket) => {
    const session = require('http2').connect(authority, { createConnection: () => socket });
    session.on('error', fail);
    const stream = session.request(headers);
    let status = {};
    stream.on('response', (headers) => { status = headers; });
    stream.on('trailers', (trailers) => { status = { ...status, ...trailers }; });
    // An error of the connection comes after that, and says more than that there is no status.
    stream.on('close', () => status['grpc-status'] ? answer(status) : setTimeout(answer, 10, status));
    stream.on('error', () => {});
    stream.resume();
    stream.end(body);
  });
}`;

interface Answer {
  readonly ':status'?: number;
  readonly 'grpc-status'?: string;
  readonly 'grpc-message'?: string;
  readonly 'grpc-status-details-bin'?: string;
}

/** Makes one call by a process of its own, for the end of the process. */
export function sendGrpcByChild(
  authority: string,
  peer: Peer,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
  budgetMillis: number,
): Outcome {
  const result = runInChild<Answer>(
    main,
    { ...peer, alpn: ['h2'] },
    { authority, headers },
    body,
    budgetMillis,
  );
  if ('kind' in result) return result;
  const status = result['grpc-status'];
  if (status === '0') return { kind: 'success' };
  if (status === undefined && result[':status'] === undefined)
    return { kind: 'retryable', reason: 'CONNECTION_CLOSED' };
  if (status === undefined) return outcomeOfHttpStatus(result[':status']!);
  return outcomeOfStatus(Number(status), result['grpc-message'], result['grpc-status-details-bin']);
}
