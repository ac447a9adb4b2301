import type { RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { monotonicMillis } from '../../model/clock';
import { suppressed } from '../../model/suppress';
import type { Outcome } from '../outcome';
import { outcomeOf } from './http-response';

/**
 * At the end of a process the event loop is gone, so the last batch is sent by system calls that block: a lookup that
 * answers at once makes `net.connect` open its socket at once, and on its descriptor `fs.writeSync` and `fs.readSync` work.
 * This takes 2 to 12 ms where a helper process or thread takes 30 and more.
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
  for (const address of addressesOf(options.hostname!)) {
    outcome = exchange(address, Number(options.port), message, deadline);
    if (outcome.kind !== 'retryable' || outcome.reason !== 'ECONNREFUSED') break;
  }
  return outcome;
}

function exchange(address: string, port: number, message: Buffer, deadline: number): Outcome {
  let socket: Socket | undefined;
  try {
    socket = connect(address, port);
    const fd = descriptorOf(socket);
    if (fd === undefined) return { kind: 'failure', reason: 'no socket' };
    if (!writeAll(fd, message, deadline)) return { kind: 'retryable', reason: 'no connection' };
    return readAnswer(fd, deadline);
  } catch (error) {
    return { kind: 'retryable', reason: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
  } finally {
    socket?.destroy();
  }
}

/** Whether {@link sendHttpSync} can reach this target: plain HTTP, an address that is known, not on Windows (no descriptors). */
export function canSendSync(options: RequestOptions): boolean {
  return (
    options.protocol === 'http:' && process.platform !== 'win32' && addressesOf(options.hostname!).length > 0
  );
}

const answeredFrom = new Map<string, string>();

/** Remembers where an asynchronous export was answered from, so that the last one need not resolve the name. */
export function rememberAddress(hostname: string, address: string | undefined): void {
  if (address !== undefined) answeredFrom.set(hostname, address);
}

function addressesOf(hostname: string): readonly string[] {
  const { isIP } = require('node:net') as typeof import('node:net');
  if (isIP(hostname)) return [hostname];
  const known = answeredFrom.get(hostname);
  if (known !== undefined) return [known];
  return hostname === 'localhost' ? ['127.0.0.1', '::1'] : [];
}

function connect(address: string, port: number): Socket {
  const net = require('node:net') as typeof import('node:net');
  const socket = suppressed(() =>
    net.connect({
      host: 'collector',
      port,
      autoSelectFamily: false,
      lookup: (_host, lookupOptions, callback) => {
        const family = net.isIP(address);
        if (lookupOptions.all) callback(null, [{ address, family }]);
        else callback(null, address, family);
      },
    }),
  );
  socket.on('error', () => {});
  socket.unref();
  return socket;
}

function descriptorOf(socket: Socket): number | undefined {
  const fd = (socket as { _handle?: { fd?: number } })._handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

function requestHead(
  options: RequestOptions,
  headers: Readonly<Record<string, string>>,
  length: number,
): Buffer {
  const host = options.hostname!.includes(':') ? `[${options.hostname}]` : options.hostname;
  const lines = [`POST ${options.path} HTTP/1.1`, `host: ${host}:${options.port}`, 'connection: close'];
  if (options.auth) lines.push(`authorization: Basic ${Buffer.from(options.auth).toString('base64')}`);
  for (const name in headers) lines.push(`${name}: ${headers[name]}`);
  lines.push(`content-length: ${length}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** Writes everything, waiting while the connection opens (ENOTCONN) or the peer is slow (EAGAIN); `false` at the deadline. */
function writeAll(fd: number, data: Buffer, deadline: number): boolean {
  const { writeSync } = require('node:fs') as typeof import('node:fs');
  let written = 0;
  while (written < data.length) {
    const count = retryWhileBusy(() => writeSync(fd, data, written), deadline);
    if (count === undefined) return false;
    written += count;
  }
  return true;
}

/** Reads as far as the status line and headers; the collector has the data when it answers. */
function readAnswer(fd: number, deadline: number): Outcome {
  const { readSync } = require('node:fs') as typeof import('node:fs');
  const chunk = Buffer.allocUnsafe(4096);
  let answer = '';
  while (!answer.includes('\r\n\r\n') && answer.length < 65_536) {
    const count = retryWhileBusy(() => readSync(fd, chunk), deadline);
    if (count === undefined) return { kind: 'retryable', reason: 'no answer' };
    if (count === 0) break;
    answer += chunk.toString('latin1', 0, count);
  }
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  if (status === undefined) return { kind: 'retryable', reason: 'connection closed' };
  return outcomeOf(Number(status), /\r\nretry-after: *([^\r]*)/i.exec(answer)?.[1], new Uint8Array());
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Repeats a system call while it would block, with naps of 0.1 to 1 ms; `undefined` at the deadline. */
function retryWhileBusy(call: () => number, deadline: number): number | undefined {
  for (let napMillis = 0.1; ; napMillis = Math.min(1, napMillis * 2)) {
    try {
      return call();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN' && code !== 'ENOTCONN') throw error;
    }
    if (monotonicMillis() >= deadline) return undefined;
    Atomics.wait(sleeper, 0, 0, napMillis);
  }
}
