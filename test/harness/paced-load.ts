import { connect, type Socket } from 'node:net';

/** A load that is kept up until it is stopped. */
export interface PacedLoad {
  /** Requests that were answered so far. */
  readonly answered: number;
  /** The same by the second, since the start. */
  readonly perSecond: number;
  /** Resolves when all that was sent has been answered. @throws when the program closed a connection instead. */
  stop(): Promise<void>;
}

const connectionCount = 40;
const tickMillis = 10;

/**
 * Sends GET requests at a steady rate, on plain sockets since a client takes CPU from the program that it tests. When all connections wait for the
 * program, what is late is sent as soon as one is free.
 */
export async function startLoad(port: number, perSecond: number): Promise<PacedLoad> {
  const request = Buffer.from(`GET /hello HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const idle: Socket[] = [];
  const busy = new Set<Socket>();
  let sent = 0;
  let answered = 0;
  let drained = () => {};
  let failure: Error | undefined;
  await Promise.all(Array.from({ length: connectionCount }, open));
  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  let isStopped = false;
  const timer = setInterval(sendDue, tickMillis);

  return {
    get answered() {
      return answered;
    },
    get perSecond() {
      return answered / elapsedSeconds();
    },
    async stop() {
      clearInterval(timer);
      isStopped = true;
      if (busy.size > 0) await new Promise<void>((resolve) => (drained = resolve));
      for (const socket of idle) socket.destroy();
      if (failure) throw failure;
    },
  };

  function sendDue(): void {
    const due = isStopped ? 0 : Math.floor(perSecond * elapsedSeconds());
    while (sent < due && idle.length > 0) {
      // The one that has been idle longest: servers close connections that nobody uses.
      const socket = idle.shift()!;
      busy.add(socket);
      sent++;
      socket.write(request);
    }
  }

  function open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        idle.push(socket);
        resolve();
      });
      socket.setNoDelay(true).setEncoding('latin1').on('error', reject);
      socket.on('data', (text: string) => {
        // The whole answer is one small packet.
        if (!text.endsWith('hello')) return;
        answered++;
        busy.delete(socket);
        idle.push(socket);
        sendDue();
        if (busy.size === 0) drained();
      });
      socket.on('close', () => {
        if (busy.delete(socket)) failure = new Error('the program closed a connection without an answer');
        if (busy.size === 0) drained();
      });
    });
  }
}
