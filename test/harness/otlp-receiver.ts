import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type DecodedSpan, decodeTraces, encodePartialSuccess } from './decode';
import { type DecodedRecord, decodeLogs } from './decode-logs';
import { type DecodedMetric, decodeMetrics } from './decode-metrics';

/** One POST as it came in. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Size of the body on the wire, so after compression. */
  readonly wireBytes: number;
  /** Size of the decompressed body. */
  readonly bodyBytes: number;
  readonly spans: readonly DecodedSpan[];
  readonly records: readonly DecodedRecord[];
  readonly metrics: readonly DecodedMetric[];
}

/** What the receiver does with a request; without any of it: 200 and the spans are taken. */
export interface Answer {
  /** HTTP status; spans are taken only with a 2xx. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMillis?: number;
  /** Sends nothing; `reset` closes the socket with RST, `hang` leaves the request open until `stop()`. */
  readonly instead?: 'hang' | 'reset';
  /** 200 with a partial success (OTLP, "Partial Success"). */
  readonly partialSuccess?: { readonly rejectedSpans: number; readonly errorMessage: string };
  /** Raw response body. */
  readonly body?: Uint8Array | string;
}

export interface OtlpReceiver {
  /** Base endpoint for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly port: number;
  /** Every span taken so far, in order of arrival. */
  readonly spans: readonly DecodedSpan[];
  /** Every log record taken so far, in order of arrival. */
  readonly records: readonly DecodedRecord[];
  /** Every metric taken so far, in order of arrival: one that was sent twice is here twice. */
  readonly metrics: readonly DecodedMetric[];
  /** Every well-formed request so far, whatever was answered. */
  readonly requests: readonly ReceivedRequest[];
  /** What was wrong with what came in. `waitForSpans` and `stop` fail when there is any; a test that wants it empties it. */
  readonly errors: Error[];
  /** Decides about each request; `index` counts from 0. May be replaced at any time. */
  answer: (request: ReceivedRequest, index: number) => Answer | undefined;
  /**
   * Waits until at least `count` spans are taken.
   *
   * @throws after `timeoutMillis` (default 10 s), naming the spans that did come; at once when a request was malformed.
   */
  waitForSpans(count: number, timeoutMillis?: number): Promise<readonly DecodedSpan[]>;
  /**
   * Waits until everything that ended programs sent has been read: their connections are accepted and closed. Gives up
   * after `timeoutMillis` (default 3 s), for a program that is still connected.
   */
  drained(timeoutMillis?: number): Promise<void>;
  /** Closes the server and every connection. @throws when a request was malformed. */
  stop(): Promise<void>;
}

/** Starts an OTLP/HTTP receiver for protobuf on 127.0.0.1, in this process. @param port 0: any free port. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const spans: DecodedSpan[] = [];
  const records: DecodedRecord[] = [];
  const metrics: DecodedMetric[] = [];
  const requests: ReceivedRequest[] = [];
  const errors: Error[] = [];
  const waiting = new Set<() => void>();
  decodeTraces(new Uint8Array()); // Loads the .proto files: a program that ends waits half a second for the first answer, too.
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => {}); // a sender that goes away is the test's business
    incoming.on('end', () => receive(incoming, Buffer.concat(chunks), response));
  });

  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  function receive(incoming: IncomingMessage, wire: Buffer, response: ServerResponse): void {
    let request: ReceivedRequest;
    try {
      request = readRequest(incoming, wire);
    } catch (error) {
      errors.push(error as Error);
      response.writeHead(400).end(String(error));
      for (const check of waiting) check();
      return;
    }
    const answer = receiver.answer(request, requests.push(request) - 1) ?? {};
    if (answer.delayMillis) setTimeout(() => respond(response, answer, request), answer.delayMillis);
    else respond(response, answer, request);
  }

  function respond(response: ServerResponse, answer: Answer, request: ReceivedRequest): void {
    if (answer.instead === 'hang') return;
    if (answer.instead === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    const status = answer.status ?? 200;
    if (status >= 200 && status < 300) {
      spans.push(...request.spans);
      records.push(...request.records);
      metrics.push(...request.metrics);
      for (const check of waiting) check();
    }
    const { partialSuccess } = answer;
    const body =
      answer.body ??
      (partialSuccess ? encodePartialSuccess(partialSuccess.rejectedSpans, partialSuccess.errorMessage) : '');
    response.writeHead(status, { 'content-type': 'application/x-protobuf', ...answer.headers }).end(body);
  }

  function waitForSpans(count: number, timeoutMillis = 10_000): Promise<readonly DecodedSpan[]> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        waiting.delete(check);
        clearTimeout(timer);
        finish();
      };
      const check = () => {
        if (errors.length > 0) settle(() => reject(errors[0]));
        else if (spans.length >= count) settle(() => resolve(spans));
      };
      const timer = setTimeout(() => {
        const names = spans.map((span) => span.name).join(', ') || 'none';
        settle(() =>
          reject(
            new Error(`expected ${count} spans within ${timeoutMillis} ms, got ${spans.length}: ${names}`),
          ),
        );
      }, timeoutMillis);
      waiting.add(check);
      check();
    });
  }

  async function drained(timeoutMillis = 3_000): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMillis);
    try {
      // The kernel hands connections over in order: when ours is accepted, so are all that were there before.
      const probe = connect(address.port, '127.0.0.1');
      probe.on('error', () => {});
      await once(server, 'connection', { signal });
      probe.destroy();
      while (sockets.size > 0) {
        await Promise.race([...sockets].map((socket) => once(socket, 'close', { signal })));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    if (errors.length > 0) throw new AggregateError(errors, `malformed OTLP: ${errors[0]!.message}`);
  }

  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  const address = server.address() as AddressInfo;
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    spans,
    records,
    metrics,
    requests,
    errors,
    answer: () => undefined,
    waitForSpans,
    drained,
    stop,
  };
  return receiver;
}

function readRequest(incoming: IncomingMessage, wire: Buffer): ReceivedRequest {
  const { method, headers, url = '' } = incoming;
  const refuse = (what: string, found: unknown) =>
    new Error(`OTLP receiver: unexpected ${what} ${JSON.stringify(found)}`);
  if (method !== 'POST') throw refuse('method', method);
  if (!paths.includes(url)) throw refuse('path', url);
  if (headers['content-type'] !== 'application/x-protobuf')
    throw refuse('content-type', headers['content-type']);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'gzip') throw refuse('content-encoding', encoding);
  const body = encoding === 'gzip' ? gunzipSync(wire) : wire;
  return {
    path: url,
    headers,
    wireBytes: wire.length,
    bodyBytes: body.length,
    spans: url === '/v1/traces' ? decodeTraces(body) : [],
    records: url === '/v1/logs' ? decodeLogs(body) : [],
    metrics: url === '/v1/metrics' ? decodeMetrics(body) : [],
  };
}

const paths = ['/v1/traces', '/v1/logs', '/v1/metrics'];
