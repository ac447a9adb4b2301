import type { ClientRequest } from 'node:http';
import type { NetConnectOpts, Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { suppressed } from '../../model/suppress';
import { detached } from '../../model/timers';
import { lookup } from './lookup';
import { failureCode, ProxyError } from './network-errors';
import type { ProxyServer } from './proxy';
import type { TlsMaterial } from './tls-files';

/** What a connection leads to. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  /** A Unix domain socket, instead of host and port. */
  readonly socketPath?: string | undefined;
  /** Missing means plain. */
  readonly tls?: (() => TlsMaterial) | undefined;
  /** The protocols offered over TLS. */
  readonly alpn?: readonly string[];
  /** A proxy that is asked for a tunnel (CONNECT) first. */
  readonly tunnel?: ProxyServer | undefined;
}

/** Opens connections to one peer. They never keep the process alive once they are open. */
export interface Connector {
  /** Calls back at once with a socket that still connects, or later when a proxy has to be asked. */
  open(done: (error: Error | null, socket?: Socket) => void): void;
  /** Gives up the proxies that have not answered yet. */
  abort(): void;
}

/** Opens connections to one peer, through a proxy if there is one. */
export function createConnector(peer: Peer): Connector {
  const asking = new Set<ClientRequest>();

  return {
    open(done) {
      let socket: Socket;
      try {
        if (peer.tunnel !== undefined) {
          const request = own(() => openTunnel(peer, peer.tunnel!, done));
          asking.add(request);
          request.on('close', () => asking.delete(request));
          return;
        }
        socket = own(() => connect(peer));
      } catch (error) {
        done(error as Error);
        return;
      }
      done(null, socket);
    },
    abort() {
      for (const request of asking) request.destroy();
    },
  };
}

/** Sockets of ours are not traced, and hold no context of the program. */
const own = <R>(fn: () => R): R => detached(() => suppressed(fn));

function connect({ host, port, socketPath, tls, alpn }: Peer): Socket {
  const address = socketPath === undefined ? { host, port } : { path: socketPath };
  // `localhost` is ::1 first on many machines, and Node 18 tries only the first address unless asked.
  const options = { ...address, autoSelectFamily: true, noDelay: true, keepAlive: true, lookup };
  return (tls ? secure({ ...options, host }, tls(), alpn) : plain(options)).unref();
}

/**
 * As `net.connect` does it, but of a hidden class that most sockets have, and made of options that most are made of (none). Of more than four kinds V8
 * reads nothing fast any more, in Node's own code too, and the program has kinds of its own.
 */
function plain(options: NetConnectOpts): Socket {
  const { Socket } = require('node:net') as typeof import('node:net');
  const socket = new Socket();
  return socket.setTimeout(0).setNoDelay().setKeepAlive(true).connect(options);
}

function secure(options: ConnectionOptions, material: TlsMaterial, alpn?: readonly string[]): Socket {
  const tls = require('node:tls') as typeof import('node:tls');
  const { isIP } = require('node:net') as typeof import('node:net');
  return tls.connect({
    ...options,
    ...material,
    ...(alpn && { ALPNProtocols: [...alpn] }),
    // A name only: addresses are not allowed there (RFC 6066, section 3).
    servername: isIP(options.host!) ? '' : options.host!,
  });
}

function openTunnel(
  peer: Peer,
  proxy: ProxyServer,
  done: (error: Error | null, socket?: Socket) => void,
): ClientRequest {
  const http = require(proxy.isSecure ? 'node:https' : 'node:http') as typeof import('node:http');
  const authority = `${peer.host.includes(':') ? `[${peer.host}]` : peer.host}:${peer.port}`;
  const request = http.request({
    hostname: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    headers: {
      host: authority,
      ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }),
    },
    agent: false,
    lookup,
  });
  request.on('socket', (socket) => socket.unref());
  const name = `proxy ${proxy.host}:${proxy.port}`;
  request.on('error', (error) => done(new ProxyError(`${name}: ${failureCode(error)}`)));
  request.on('connect', (response, socket: Socket, head: Buffer) => {
    if (response.statusCode !== 200) {
      socket.destroy();
      const isFinal = (response.statusCode ?? 0) < 500;
      return done(new ProxyError(`${name} answered HTTP ${response.statusCode}`, isFinal));
    }
    if (head.length > 0) socket.unshift(head);
    socket.unref();
    try {
      done(null, peer.tls ? own(() => secure({ socket, host: peer.host }, peer.tls!(), peer.alpn)) : socket);
    } catch (error) {
      socket.destroy();
      done(error as Error);
    }
  });
  request.end();
  return request;
}
