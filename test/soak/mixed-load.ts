import { connect, type Socket } from 'node:net';

/** One thing that a client does on its connection. */
interface Exchange {
  /** How often, in thousandths. */
  readonly share: number;
  /** What is sent; a function makes it of a number that comes once. */
  readonly text: string | ((id: number) => string);
  /** The requests in it. */
  readonly requests: number;
  /** Answers to wait for. */
  readonly answers: number;
  /** The connection is not used again, but closed by the client. */
  readonly isLast?: boolean;
}

const requestTo = (path: string, method = 'GET', rest = '\r\n') =>
  `${method} /${path} HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n${rest}`;
const body = (sent: number, promised = sent) => `Content-Length: ${promised}\r\n\r\n${'b'.repeat(sent)}`;
const one = (share: number, path: string): Exchange => ({
  share,
  text: requestTo(path),
  requests: 1,
  answers: 1,
});

/** Nothing of it comes twice. */
function strangerTo(id: number): string {
  const hex = id.toString(16).padStart(16, '0');
  return requestTo(
    `plain?order=${id}`,
    'GET',
    `User-Agent: stranger/${id}\r\nForwarded: for=10.0.${id % 251}.1;host=h${id}.example\r\ntracestate: v=${hex}\r\nbaggage: order=${id}\r\n\r\n`,
  );
}

/** What is sent, in its mixture; the paths are those of test/soak/server.cjs. */
const exchanges: readonly Exchange[] = [
  one(210, 'plain'),
  { share: 50, text: strangerTo, requests: 1, answers: 1 },
  { share: 100, text: requestTo('plain').repeat(8), requests: 8, answers: 8 },
  { share: 50, text: requestTo('unread', 'POST', body(2000)), requests: 1, answers: 1 },
  { share: 50, text: requestTo('read', 'POST', body(2000)), requests: 1, answers: 1 },
  one(50, 'log'),
  one(50, 'error'),
  one(60, 'call'),
  one(10, 'call-and-leave'),
  one(10, 'call-and-forget'),
  one(10, 'call-and-forget-alone'),
  one(20, 'call-without-listener'),
  one(20, 'call-nobody'),
  one(20, 'call-and-abort'),
  one(40, 'fetch'),
  one(10, 'fetch-and-cancel'),
  one(10, 'fetch-and-abort'),
  one(10, 'fetch-and-forget'),
  // Aborted while the answer waits, while it streams, with others behind it, in the middle of a body, of a head.
  { share: 50, text: requestTo('silent'), requests: 1, answers: 0, isLast: true },
  { share: 50, text: requestTo('stream'), requests: 1, answers: 1, isLast: true },
  {
    share: 20,
    text: requestTo('silent') + requestTo('plain').repeat(12),
    requests: 13,
    answers: 0,
    isLast: true,
  },
  { share: 40, text: requestTo('read', 'POST', body(1000, 100_000)), requests: 1, answers: 0, isLast: true },
  { share: 20, text: requestTo('plain', 'GET', 'X-'), requests: 0, answers: 0, isLast: true },
  { share: 10, text: requestTo('destroy'), requests: 1, answers: 0, isLast: true },
  {
    share: 30,
    text: requestTo('upgrade', 'GET', 'Connection: Upgrade\r\nUpgrade: it\r\n\r\n'),
    requests: 1,
    answers: 1,
    isLast: true,
  },
];

/** Every answer ends with this character, and it stands nowhere else. */
const endOfAnswer = 4;
const abortMillis = 5;

/** The exchanges in their shares, in an order that is the same each time. */
const cycle = exchanges.flatMap((exchange) => Array<Exchange>(exchange.share).fill(exchange));
for (let i = cycle.length - 1, seed = 1; i > 0; i--) {
  seed = (seed * 48_271) % 2_147_483_647;
  const other = seed % (i + 1);
  [cycle[i], cycle[other]] = [cycle[other]!, cycle[i]!];
}

/**
 * Sends requests to test/soak/server.cjs until it was so many, on several connections at once.
 * @returns their exact number, when all are answered that get an answer at all.
 */
export async function sendMixedLoad(port: number, requestCount: number, connections = 24): Promise<number> {
  let sent = 0;
  let next = 0;
  await Promise.all(Array.from({ length: connections }, () => run()));
  return sent;

  function run(): Promise<void> {
    return new Promise((resolve) => {
      let socket: Socket | undefined;
      let left = 0;
      let exchange: Exchange;
      proceed();

      function proceed(): void {
        if (sent >= requestCount) {
          socket?.destroy();
          resolve();
          return;
        }
        exchange = cycle[next++ % cycle.length]!;
        sent += exchange.requests;
        left = exchange.answers;
        socket ??= open();
        const { text } = exchange;
        socket.write(typeof text === 'string' ? text : text(next), 'latin1');
        if (left === 0) {
          const aborted = socket;
          setTimeout(() => leave(aborted), abortMillis);
        }
      }

      /** The server may have closed it already. */
      function leave(left: Socket): void {
        left.removeAllListeners('close').destroy();
        socket = undefined;
        proceed();
      }

      function open(): Socket {
        const opened = connect(port, 'localhost').setNoDelay(true);
        opened.on('error', () => {});
        opened.on('data', (chunk: Buffer) => {
          for (let i = 0; i < chunk.length; i++) if (chunk[i] === endOfAnswer) left--;
          if (left > 0 || exchange.answers === 0 || opened !== socket) return;
          if (exchange.isLast) leave(opened);
          else proceed();
        });
        // What it was about to answer was its own last word (a keep-alive that ended): once more, elsewhere.
        opened.on('close', () => {
          if (opened !== socket || exchange.answers === 0) return;
          socket = undefined;
          proceed();
        });
        return opened;
      }
    });
  }
}
