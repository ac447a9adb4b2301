import type { RequestOptions } from 'node:http';
import type { Outcome } from '../outcome';
import { runInChild } from './child-process';
import type { Peer } from './connection';
import { outcomeOf } from './http-response';

const main = `
function main({ peer, options }, body) {
  withSocket(peer, (socket) => {
    const createConnection = () => socket;
    const request = require('http').request({ ...options, protocol: 'http:', createConnection }, ({ statusCode, headers }) =>
      answer({ status: statusCode, retryAfter: headers['retry-after'] }));
    request.on('error', fail);
    request.end(body);
  });
}`;

/** Sends by a process of its own where system calls alone cannot: over TLS, through a proxy, or to a name that is not resolved yet. */
export function sendByChild(
  peer: Peer,
  { agent: _, ...options }: RequestOptions,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  budgetMillis: number,
): Outcome {
  const allHeaders = { ...headers, 'content-length': body.byteLength };
  const task = { options: { ...options, headers: allHeaders } };
  const result = runInChild<{ status: number; retryAfter?: string }>(main, peer, task, body, budgetMillis);
  if ('kind' in result) return result;
  return outcomeOf(result.status, result.retryAfter, new Uint8Array());
}
