import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Reader } from 'protobufjs/minimal';
import { encodePartialSuccess } from './decode';
import { startFullServer } from './full-server';

/** What the collector has of a request, and how it answers. */
interface Exchange {
  readonly ids: readonly string[];
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Answers 200 and notes which spans were taken. */
  accept(ids?: readonly string[], body?: Uint8Array): void;
}

const retryAfterSeconds = 2;
const largestBatch = 100;

/** Faults of a collector that can be reached. Those that take the spans without a whole answer are in `takesSilently`. */
const answers = {
  hang: () => {},
  'HTTP 503': ({ response }) => response.writeHead(503).end(),
  'HTTP 429': ({ response }) => response.writeHead(429, { 'retry-after': String(retryAfterSeconds) }).end(),
  'HTTP 400': ({ response }) => response.writeHead(400).end('bad data'),
  'HTTP 413': ({ ids, response, accept }) =>
    ids.length > largestBatch ? response.writeHead(413).end() : accept(),
  'one byte a second': ({ socket }) => {
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
    let sent = 0;
    const timer = setInterval(() => socket.write(answer[sent++ % answer.length]!), 1000);
    socket.on('close', () => clearInterval(timer));
  },
  'partial success': ({ ids, accept }) => {
    const refused = Math.floor(ids.length / 3);
    accept(ids.slice(refused), encodePartialSuccess(refused, 'a third is refused'));
  },
  garbage: ({ socket }) => socket.end('this is not HTTP\r\n\r\n'),
  slow: ({ accept }) => setTimeout(accept, 2000),
} satisfies Record<string, (exchange: Exchange) => unknown>;

const takesSilently: ReadonlySet<string> = new Set(['hang', 'one byte a second', 'garbage']);

export const faults = [
  ...Object.keys(answers),
  'reset in the middle',
  'refuse',
  'black hole',
] as readonly Fault[];
export type Fault = keyof typeof answers | 'reset in the middle' | 'refuse' | 'black hole';

/** An OTLP/HTTP collector for traces whose faults are switched while it runs. It tells spans by their ids, so one that comes twice counts once. */
export interface ChaosCollector {
  readonly url: string;
  /** Spans of requests that were answered with 2xx. */
  readonly answered: ReadonlySet<string>;
  /** Spans that were read although the sender cannot know. */
  readonly silentlyTaken: ReadonlySet<string>;
  /** Spans refused by partial successes. */
  readonly refused: ReadonlySet<string>;
  /** @param fault - undefined: none from now on. */
  behave(fault: Fault | undefined): Promise<void>;
  /** Resolves with the next request that has been read, whatever becomes of it. */
  nextRequest(): Promise<void>;
  /** Resolves with the next request that is answered with 2xx. */
  nextAnswered(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it on 127.0.0.1, in this process. */
export async function startChaosCollector(): Promise<ChaosCollector> {
  const answered = new Set<string>();
  const silentlyTaken = new Set<string>();
  const refused = new Set<string>();
  const sockets = new Set<Socket>();
  const events = new EventEmitter();
  let fault: Fault | undefined;
  let endFault = async () => {};

  const server = createServer((request, response) => {
    request.on('error', () => {});
    if (fault === 'reset in the middle') request.once('data', () => request.socket.resetAndDestroy());
    else void receive(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    answered,
    silentlyTaken,
    refused,
    behave,
    nextRequest: () => next('request'),
    nextAnswered: () => next('answered'),
    async stop() {
      await behave(undefined);
      await close();
    },
  };

  async function next(event: string): Promise<void> {
    await once(events, event);
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const ids = spanIds(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    const accept = (accepted: readonly string[] = ids, answer: Uint8Array = new Uint8Array()) => {
      response.end(answer, () => {
        for (const id of accepted) answered.add(id);
        if (accepted !== ids) for (const id of ids) if (!accepted.includes(id)) refused.add(id);
        events.emit('answered');
      });
    };
    events.emit('request');
    if (fault === undefined || !(fault in answers)) return accept();
    if (takesSilently.has(fault)) for (const id of ids) silentlyTaken.add(id);
    answers[fault as keyof typeof answers]({ ids, response, socket: request.socket, accept });
  }

  async function behave(next: Fault | undefined): Promise<void> {
    await endFault();
    endFault = async () => {};
    fault = next;
    if (next === 'refuse') {
      await close();
      endFault = () => listen(port);
    } else if (next === 'black hole') {
      await close();
      const full = await startFullServer(port);
      endFault = async () => {
        await full.stop();
        await listen(port);
      };
    }
  }

  async function listen(on: number): Promise<void> {
    await once(server.listen(on, '127.0.0.1'), 'listening');
  }

  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
}

/** The ids of all spans of an `ExportTraceServiceRequest`. */
function spanIds(body: Uint8Array): string[] {
  const ids: string[] = [];
  const reader = Reader.create(body);
  walk(reader.len, [1, 2, 2, 2]);
  return ids;

  /** @param path - field numbers from here to the id. */
  function walk(end: number, [field, ...below]: readonly number[]): void {
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag !== ((field! << 3) | 2)) reader.skipType(tag & 7);
      else if (below.length > 0) walk(reader.uint32() + reader.pos, below);
      else ids.push(Buffer.from(reader.bytes()).toString('hex'));
    }
  }
}
