import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { ensureInstalled } from '../install';
import { sharedServer, type TestServer } from './server';
import { freePort, startProcess, temporaryDirectory } from './server-process';

const testDirectory = resolve(__dirname, '../..');

/** A Redis of its own: `redis-server` where it is installed, otherwise a double. */
export async function startRedis(): Promise<TestServer> {
  return sharedServer('redis') ?? (redisVersion() ? startRedisServer() : startRedisDouble());
}

async function startRedisServer(): Promise<TestServer> {
  const port = await freePort();
  const { stop } = await startProcess({
    command: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    directory: temporaryDirectory('redis'),
    ready: /Ready to accept connections/,
  });
  return { address: `redis://127.0.0.1:${port}`, kind: 'real', description: `Redis ${redisVersion()}`, stop };
}

/** js-redis-server speaks Redis' protocol over TCP and runs Lua, so clients cannot tell it from the real one. */
export async function startRedisDouble(): Promise<TestServer> {
  ensureInstalled(testDirectory);
  const server = await startProcess({
    command: process.execPath,
    args: [join(__dirname, 'redis-double.cjs')],
    directory: temporaryDirectory('redis'),
    ready: /listening on (\d+)/,
  });
  return {
    address: `redis://127.0.0.1:${server.match[1]}`,
    kind: 'double',
    description: 'js-redis-server (double of Redis)',
    stop: server.stop,
  };
}

function redisVersion(): string | undefined {
  return spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout?.match(/v=([\d.]+)/)?.[1];
}
