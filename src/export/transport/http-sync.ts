import type { RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { monotonicMillis } from '../../model/clock';
import type { Outcome } from '../outcome';
import { outcomeOf } from './http-response';
import { knownAddresses } from './lookup';
import { connectSync, descriptorOf, retryWhileBusy, writeAll } from './sync-socket';

/**
 * At the end of a process the event loop is gone, so the last batch is sent by system calls that block. This takes 2 to 12 ms where a helper process
 * or thread takes 30 and more.
 */
export function sendHttpSync(
  options: RequestOptions,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  budgetMillis: number,
): Outcome {
  const deadline = monotonicMillis() + budgetMillis;
  const message = Buffer.concat([requestHead(options, headers, body.byteLength), body]);
  let outcome: Outcome = { kind: 'failure', reason: `${options.hostname} is not resolved` };
  for (const address of addressesOf(options)) {
    outcome = exchange(address, options.socketPath ? undefined : Number(options.port), message, deadline);
    if (outcome.kind !== 'retryable' || outcome.reason !== 'ECONNREFUSED') break;
  }
  return outcome;
}

function exchange(address: string, port: number | undefined, message: Buffer, deadline: number): Outcome {
  let socket: Socket | undefined;
  let isUnanswered = false;
  try {
    socket = connectSync(address, port);
    const fd = descriptorOf(socket);
    if (fd === undefined) return { kind: 'failure', reason: 'no socket' };
    if (!writeAll(fd, message, deadline)) return { kind: 'retryable', reason: 'no connection' };
    isUnanswered = true;
    return readAnswer(fd, deadline);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return isUnanswered ? { kind: 'retryable', reason, isUnanswered } : { kind: 'retryable', reason };
  } finally {
    socket?.destroy();
  }
}

/** Whether {@link sendHttpSync} can reach this target: plain HTTP, an address that is known, not on Windows (no descriptors). */
export function canSendSync(options: RequestOptions): boolean {
  return options.protocol === 'http:' && process.platform !== 'win32' && addressesOf(options).length > 0;
}

function addressesOf({ socketPath, hostname }: RequestOptions): readonly string[] {
  return socketPath ? [socketPath] : knownAddresses(hostname!);
}

function requestHead(
  options: RequestOptions,
  headers: Readonly<Record<string, string>>,
  length: number,
): Buffer {
  const host = options.hostname!.includes(':') ? `[${options.hostname}]` : options.hostname;
  const lines = [`POST ${options.path} HTTP/1.1`, 'connection: close'];
  // Through a proxy the host is another than the one that is connected to.
  if (headers.host === undefined) lines.push(`host: ${host}:${options.port}`);
  if (options.auth) lines.push(`authorization: Basic ${Buffer.from(options.auth).toString('base64')}`);
  for (const name of Object.keys(headers)) lines.push(`${name}: ${headers[name]}`);
  lines.push(`content-length: ${length}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** Reads as far as the status line and headers; the collector has the data when it answers. */
function readAnswer(fd: number, deadline: number): Outcome {
  const { readSync } = require('node:fs') as typeof import('node:fs');
  const chunk = Buffer.allocUnsafe(4096);
  let answer = '';
  while (!answer.includes('\r\n\r\n') && answer.length < 65_536) {
    const count = retryWhileBusy(() => readSync(fd, chunk), deadline);
    if (count === undefined) return { kind: 'retryable', reason: 'no answer', isUnanswered: true };
    if (count === 0) break;
    answer += chunk.toString('latin1', 0, count);
  }
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  if (status === undefined) return { kind: 'retryable', reason: 'connection closed', isUnanswered: true };
  return outcomeOf(Number(status), /\r\nretry-after: *([^\r]*)/i.exec(answer)?.[1], new Uint8Array());
}
