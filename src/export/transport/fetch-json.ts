import type { ClientRequest } from 'node:http';
import { suppressed } from '../../model/suppress';
import { detached, startTimer, stopTimer } from '../../model/timers';
import { releaseLoop } from './release-loop';

/** What came back, or why nothing did. */
export type JsonAnswer = { readonly value: unknown } | { readonly problem: string };

const timeoutMillis = 10_000;
const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * Asks a server for JSON: GET, or POST with a body. Never throws, is never traced, and never keeps the process alive.
 *
 * @param url http or https
 * @param body sent as JSON
 * @param done called once
 */
export function fetchJson(url: string, body: unknown, done: (answer: JsonAnswer) => void): void {
  let isDone = false;
  let request: ClientRequest | undefined;
  const timer = startTimer(() => finish({ problem: `no answer in ${timeoutMillis} ms` }), timeoutMillis);
  try {
    request = detached(() => suppressed(() => send(url, body, finish)));
    releaseLoop(
      () => !isDone && !request!.writableFinished,
      () => finish({ problem: 'the program ended' }),
    );
  } catch (error) {
    finish({ problem: (error as Error).message });
  }

  function finish(answer: JsonAnswer): void {
    if (isDone) return;
    isDone = true;
    stopTimer(timer);
    if ('problem' in answer) request?.destroy();
    done(answer);
  }
}

function send(url: string, body: unknown, finish: (answer: JsonAnswer) => void): ClientRequest {
  const http = require(url.startsWith('https:') ? 'node:https' : 'node:http') as typeof import('node:http');
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string | number> = { accept: 'application/json' };
  if (text !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(text);
  }
  const request = http.request(url, {
    method: text === undefined ? 'GET' : 'POST',
    headers,
    // The user's agent might be patched or limited, and a kept connection is of no use here.
    agent: new http.Agent({ keepAlive: false }),
    // `localhost` is ::1 first on many machines, and Node 18 tries only the first address unless asked.
    ...{ autoSelectFamily: true },
  });
  request.on('socket', (socket) => socket.unref());
  request.on('error', (error: NodeJS.ErrnoException) => finish({ problem: error.code ?? error.message }));
  request.on('response', (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxAnswerBytes) finish({ problem: `answer larger than ${maxAnswerBytes} bytes` });
      else chunks.push(chunk);
    });
    response.on('error', (error: NodeJS.ErrnoException) => finish({ problem: error.code ?? error.message }));
    response.on('end', () => finish(parse(response.statusCode ?? 0, Buffer.concat(chunks).toString())));
  });
  request.end(text);
  return request;
}

function parse(status: number, text: string): JsonAnswer {
  if (status < 200 || status > 299) return { problem: `HTTP ${status}` };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: 'no JSON' };
  }
}
