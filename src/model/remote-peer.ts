/** The other end of a connection; empty where it has none, or is not known. */
export interface RemotePeer {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** What is read of a socket. */
interface SocketLike {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** libuv's side of a {@link import('node:net').Socket}: another one with each connection that the socket makes. */
interface Handle {
  getpeername?(out: { address?: string; port?: number }): number;
}

const nobody: RemotePeer = {};
/** By the handle; by the socket too, which has no handle any more once it is closed. */
const known = new WeakMap<object, RemotePeer>();

/**
 * Address and port of the other end, as `remoteAddress` and `remotePort` tell them. Those keep their answer as one more property of the socket, and so
 * make new hidden classes of sockets: beyond four of them V8 reads nothing of a socket fast any more, in Node's own code too. So Node's own answer is
 * got where they get it, and kept elsewhere; one of the program's or of a library is read as ever.
 */
export function remotePeer(socket: SocketLike | null | undefined): RemotePeer {
  if (!socket) return nobody;
  const { _handle: handle, connecting } = socket as { _handle?: Handle | null; connecting?: boolean };
  if (connecting) return readPeer(socket);
  if (typeof handle?.getpeername !== 'function') return known.get(socket) ?? readPeer(socket);
  let peer = known.get(handle);
  if (peer === undefined) {
    peer = answersItself(socket) ? readPeer(socket) : askHandle(handle);
    if (peer.address !== undefined) known.set(handle, peer).set(socket, peer);
  }
  return peer;
}

function readPeer({ remoteAddress, remotePort }: SocketLike): RemotePeer {
  return remoteAddress === undefined ? nobody : { address: remoteAddress, port: remotePort };
}

function askHandle(handle: Handle): RemotePeer {
  const out: { address?: string; port?: number } = {};
  return handle.getpeername!(out) ? nobody : { address: out.address, port: out.port };
}

/** Whether the socket, or a class between it and Node's, has its own `remoteAddress`, as modules for the PROXY protocol give it. */
function answersItself(socket: object): boolean {
  const { Socket } = require('node:net') as typeof import('node:net');
  let holder: object | null = socket;
  while (holder !== null && !Object.hasOwn(holder, 'remoteAddress')) holder = Object.getPrototypeOf(holder);
  return holder !== Socket.prototype;
}
