import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestServer, Unavailable } from './server.js';
import { freePort, startProcess, temporaryDirectory } from './server-process.js';

/** A Redis Cluster of one node that has all slots. @throws Unavailable where `redis-server` is not installed */
export async function startRedisCluster(): Promise<TestServer> {
  const port = await freePort();
  // A node alone does not know its own address, which clients are told to connect to.
  const cluster = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...cluster];
  const { stop } = await startProcess({
    command: 'redis-server',
    args,
    directory: temporaryDirectory('redis-cluster'),
    ready: /Ready to accept connections/,
  }).catch((error: Error) => {
    throw error.message.includes('ENOENT')
      ? new Unavailable('redis-server is not installed, and the double has no cluster')
      : error;
  });
  try {
    await formCluster(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address: `redis://127.0.0.1:${port}`,
    kind: 'real',
    description: 'Redis Cluster of one node',
    stop,
  };
}

async function formCluster(port: number): Promise<void> {
  const added = await ask(port, 'CLUSTER ADDSLOTSRANGE 0 16383');
  if (!added.startsWith('+OK')) throw new Error(`the cluster does not form: ${added}`);
  // The node polls its own state ten times a second.
  while (!(await ask(port, 'CLUSTER INFO')).includes('cluster_state:ok')) await sleep(20);
}

/** Sends an inline command and gives the raw reply. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.toString();
}
