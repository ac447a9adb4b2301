import { createServer, type Server, type Socket } from 'node:net';
import type { Attributes } from '@opentelemetry/api';
import type { TranslationStrategy } from '../../config/config';
import { log, messageOf } from '../../diag/log';
import type { ScopeMetrics } from '../../model/metric-data';
import { detached } from '../../model/timers';
import { negotiate, type Style } from './negotiate';
import { renderMetrics, type TextOptions } from './text';

/** What the endpoint is made of. */
export interface PrometheusOptions extends TextOptions {
  readonly host: string;
  readonly port: number;
  readonly resource: () => Attributes;
  readonly translation?: TranslationStrategy | undefined;
  /** Collects all metrics anew. */
  readonly collect: (done: (metrics: readonly ScopeMetrics[]) => void) => void;
}

const maxHeadBytes = 16 * 1024;
const idleMillis = 10_000;

/**
 * Serves `GET /metrics` for Prometheus, without keeping the process alive. Directly on sockets: a server of `node:http` would be seen by
 * everything that watches the program's servers, our own instrumentation included. One request a connection is all that a scrape needs.
 */
export function servePrometheus(options: PrometheusOptions): Server {
  // An address instead of a name: looking one up would keep the process alive.
  const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
  return detached(() => {
    const server = createServer((socket) => answer(socket, options));
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
      log.warn(`metrics are not served to Prometheus at ${options.host}:${options.port}: ${reason}`);
    });
    return server.listen(options.port, host).unref();
  });
}

function answer(socket: Socket, options: PrometheusOptions): void {
  let head = '';
  socket.unref();
  socket.setTimeout(idleMillis, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.setEncoding('latin1');
  socket.on('data', read);

  function read(chunk: string): void {
    head += chunk;
    const isComplete = head.includes('\r\n\r\n');
    if (!isComplete && head.length <= maxHeadBytes) return;
    socket.removeListener('data', read).resume();
    if (isComplete) respond();
    else end('431 Request Header Fields Too Large', 'too long\n');
  }

  function respond(): void {
    const [requestLine = '', ...headers] = head.split('\r\n');
    const [method, target = ''] = requestLine.split(' ');
    if (method !== 'GET') end('405 Method Not Allowed', 'expected GET\n');
    else if (target.split('?', 1)[0] !== '/metrics') end('404 Not Found', 'metrics are at /metrics\n');
    else {
      const accept = headers.find((line) => line.toLowerCase().startsWith('accept:')) ?? '';
      const { contentType, ...style } = negotiate(accept, options.translation);
      options.collect((metrics) => endWith(metrics, style, contentType));
    }
  }

  function endWith(metrics: readonly ScopeMetrics[], style: Style, contentType: string): void {
    try {
      end('200 OK', renderMetrics(metrics, options.resource(), style, options), contentType);
    } catch (error) {
      end('500 Internal Server Error', `${messageOf(error)}\n`);
    }
  }

  function end(status: string, body: string, contentType = 'text/plain; charset=utf-8'): void {
    const length = Buffer.byteLength(body);
    const fields = [`Content-Type: ${contentType}`, `Content-Length: ${length}`, 'Connection: close'];
    socket.end([`HTTP/1.1 ${status}`, ...fields, '', body].join('\r\n'));
  }
}
