import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { describe, test } from 'node:test';
import { remotePeer } from '../../../src/model/remote-peer';

describe('the other end of a connection', () => {
  test('is what the socket tells, and the socket gets no property by it', async () => {
    await withServer(async (port) => {
      const socket = await connected(new Socket(), port);
      const keys = Reflect.ownKeys(socket);
      assert.deepEqual(remotePeer(socket), { address: '127.0.0.1', port });
      assert.deepEqual(Reflect.ownKeys(socket), keys);
      assert.deepEqual(remotePeer(socket), { address: socket.remoteAddress, port: socket.remotePort });
      socket.destroy();
    });
  });

  test('is known of a closed socket, if it was asked before', async () => {
    await withServer(async (port) => {
      const sockets = [await connected(new Socket(), port), await connected(new Socket(), port)] as const;
      remotePeer(sockets[0]);
      for (const socket of sockets) await once(socket.destroy(), 'close');
      assert.deepEqual(sockets.map(remotePeer), [{ address: '127.0.0.1', port }, {}]);
    });
  });

  test('is another one when a socket connects anew', async () => {
    await withServer((first) =>
      withServer(async (second) => {
        const socket = await connected(new Socket(), first);
        assert.equal(remotePeer(socket).port, first);
        socket.destroy();
        await once(socket, 'close');
        await connected(socket, second);
        assert.equal(remotePeer(socket).port, second);
        socket.destroy();
      }),
    );
  });

  test('is what stands on the socket, or on a class of it, as for the PROXY protocol', async () => {
    class Proxied extends Socket {}
    Object.defineProperty(Proxied.prototype, 'remoteAddress', { get: () => '203.0.113.7' });
    await withServer(async (port) => {
      const ofClass = await connected(new Proxied(), port);
      assert.deepEqual(remotePeer(ofClass), { address: '203.0.113.7', port });
      const ofSocket = await connected(new Socket(), port);
      Object.defineProperty(ofSocket, 'remoteAddress', { value: '203.0.113.8' });
      assert.deepEqual(remotePeer(ofSocket), { address: '203.0.113.8', port });
      ofClass.destroy();
      ofSocket.destroy();
    });
  });

  test('of what is no connection is nobody', () => {
    assert.deepEqual(remotePeer(undefined), {});
    assert.deepEqual(remotePeer(null), {});
    assert.deepEqual(remotePeer(new Socket()), {});
  });

  test('of a request that was never sent (light-my-request) is what it says', () => {
    assert.deepEqual(remotePeer({ remoteAddress: '127.0.0.1' }), { address: '127.0.0.1', port: undefined });
  });
});

async function connected<S extends Socket>(socket: S, port: number): Promise<S> {
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function withServer(use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((socket) => socket.resume().on('error', () => {}));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}
