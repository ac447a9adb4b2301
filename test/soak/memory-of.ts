import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startProgram } from '../harness/run-program';
import { sendMixedLoad } from './mixed-load';

/** What test/soak/server.cjs says of itself after a garbage collection, in bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

export interface Soak {
  /** After the first twentieth of the requests. */
  readonly before: Memory;
  readonly after: Memory;
  /** Exactly how many requests came from outside; those that the server made itself come on top. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly stderr: string;
}

/**
 * Sends the mixed load to the server in a process of its own and measures its memory. SOAK_NODE names another node binary, SNAPSHOT a file for a
 * heap snapshot of the end.
 * @param env - of that process; without it, it runs without us.
 */
export async function soak(requests: number, env?: Readonly<Record<string, string>>): Promise<Soak> {
  const running = startProgram(['--expose-gc', join(__dirname, 'server.cjs')], {
    node: process.env.SOAK_NODE,
    preload: env !== undefined,
    env,
    timeoutMillis: 30 * 60_000,
  });
  try {
    const port = Number((await running.waitForStdout(/port (\d+);/))[1]);
    const first = await sendMixedLoad(port, requests / 20);
    const before = await readMemory(port);
    const startedAt = performance.now();
    const rest = await sendMixedLoad(port, requests - first);
    const requestsPerSecond = Math.round((rest / (performance.now() - startedAt)) * 1000);
    const after = await readMemory(port);
    if (process.env.SNAPSHOT) await ask(port, '/snapshot');
    running.child.kill('SIGKILL');
    const { stderr } = await running.ended;
    return { before, after, requests: first + rest, requestsPerSecond, stderr };
  } finally {
    running.child.kill('SIGKILL');
  }
}

/** Longer than connections are kept that nobody uses, and than a batch waits. */
const settleMillis = 2500;

/** When all is exported and closed. */
async function readMemory(port: number): Promise<Memory> {
  await setTimeout(settleMillis);
  return JSON.parse(await ask(port, '/memory')) as Memory;
}

function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, path, agent: false, host: 'localhost' }, async (response) => {
      resolve((await response.setEncoding('utf8').toArray()).join(''));
    }).on('error', reject);
  });
}

/** A collector that takes everything and keeps nothing, or one that never answers. */
export async function startSink(isHung = false): Promise<{ url: string; received(): number; stop(): void }> {
  let received = 0;
  const server: Server = createServer((request, response) => {
    received++;
    if (!isHung) request.on('end', () => response.end()).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** All three signals, often. */
export const allSignals = (url: string): Readonly<Record<string, string>> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_BSP_SCHEDULE_DELAY: '500',
  OTEL_BLRP_SCHEDULE_DELAY: '500',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  OTEL_METRIC_EXPORT_TIMEOUT: '1000',
});
