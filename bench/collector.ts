import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { countDatadogSpans, countOtlpSpans } from './count-spans';

/** Takes what any of the agents sends, and counts the spans. */
export interface Collector {
  readonly url: string;
  /** Spans and requests taken since the start. */
  readonly taken: { spans: number; requests: number };
  /** Waits until `taken.spans` has reached `spans`, or nothing has come for `quietMillis`. */
  waitForSpans(spans: number, quietMillis: number): Promise<void>;
  /** Resolves with `true` when a request with spans came in whose bytes contain the text, with `false` when none has within the time. */
  waitForText(text: string, maxMillis: number): Promise<boolean>;
  stop(): void;
}

/** Starts a collector (OTLP/HTTP with protobuf) that is a Datadog agent too, on 127.0.0.1 in this process. */
export async function startCollector(): Promise<Collector> {
  const taken = { spans: 0, requests: 0 };
  const awaited = new Map<string, () => void>();
  let lastMillis = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {}); // an agent that is killed in the middle
    request.on('end', () => {
      const wire = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(wire) : wire;
      const isDatadog = request.url === '/v0.4/traces';
      const spans = isDatadog
        ? countDatadogSpans(body)
        : request.url === '/v1/traces'
          ? countOtlpSpans(body)
          : 0;
      taken.requests++;
      taken.spans += spans;
      if (spans > 0) lastMillis = performance.now();
      for (const [text, arrived] of awaited) if (spans > 0 && body.includes(text)) arrived();
      const isOtlp = request.url?.startsWith('/v1/');
      response.setHeader('content-type', isOtlp ? 'application/x-protobuf' : 'application/json');
      response.end(isOtlp ? '' : isDatadog ? '{"rate_by_service":{}}' : '{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    async waitForSpans(spans, quietMillis) {
      lastMillis = performance.now();
      while (taken.spans < spans && performance.now() - lastMillis < quietMillis) await sleep(20);
    },
    async waitForText(text, maxMillis) {
      const arrived = new Promise<boolean>((resolve) => awaited.set(text, () => resolve(true)));
      const tooLong = new AbortController();
      const gaveUp = sleep(maxMillis, false, { signal: tooLong.signal }).catch(() => false);
      const hasArrived = await Promise.race([arrived, gaveUp]);
      tooLong.abort();
      awaited.delete(text);
      return hasArrived;
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
