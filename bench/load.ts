import { connect } from 'node:net';

/** Requests sent at the same time, each on a connection of its own that is kept alive. */
export interface Load {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
}

/**
 * Sends `requests` GET requests and reads the answers. On plain sockets, since an HTTP client would take more CPU than the programs
 * that are measured, on a machine they share.
 *
 * @param maxMillis - after this no more are sent.
 * @returns how many were sent and answered
 * @throws Error when an answer is not a 200 with a content-length, or a connection ends too early
 */
export async function sendRequests(
  load: Load,
  requests: number,
  maxMillis = Number.POSITIVE_INFINITY,
): Promise<number> {
  const endMillis = performance.now() + maxMillis;
  let sent = 0;
  const take = () => {
    if (sent >= requests || performance.now() > endMillis) return false;
    sent++;
    return true;
  };
  await Promise.all(
    Array.from({ length: Math.min(load.connections, requests) }, () => runConnection(load, take)),
  );
  return sent;
}

function runConnection({ port, path }: Load, take: () => boolean): Promise<void> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench\r\n\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    let received = '';
    let isDone = false;
    const next = () => {
      isDone = !take();
      if (isDone) socket.end();
      else socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.on('connect', next);
    socket.on('data', (text: string) => {
      received += text;
      const bodyStart = received.indexOf('\r\n\r\n') + 4;
      if (bodyStart < 4) return;
      const length = /content-length: (\d+)/i.exec(received)?.[1];
      if (!received.startsWith('HTTP/1.1 200') || length === undefined) {
        socket.destroy(new Error(`unexpected answer: ${received.slice(0, 500)}`));
      } else if (received.length >= bodyStart + Number(length)) {
        received = '';
        next();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => (isDone ? resolve() : reject(new Error('the program closed a connection'))));
  });
}
