import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { startPostgres } from '../test/harness/servers/postgres';
import { startRedis } from '../test/harness/servers/redis';

/** What the Express program talks to. */
export interface Servers {
  /** Their addresses, for the program. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, Redis and, as the HTTP server that is called, the other program without an agent. */
export async function startServers(): Promise<Servers> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const upstream = fork(join(__dirname, 'programs/http.cjs'), { execArgv: [] });
  const [{ port }] = (await once(upstream, 'message')) as [{ port: number }];
  return {
    env: {
      PG_URL: postgres.address,
      REDIS_URL: redis.address,
      UPSTREAM_URL: `http://127.0.0.1:${port}/hello`,
    },
    async stop() {
      upstream.disconnect();
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

/** A collector that takes every connection, reads, and never answers. */
export async function startHungCollector(): Promise<{ url: string; stop(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.resume().on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
