import type { Socket } from 'node:net';
import { PrivateField } from '../../src/kit';
import { defaultPort, type OpenConnections, observeOpenConnections } from '../../src/kit/http';

/** What undici tells of a connection that it has made. */
interface Connected {
  readonly socket: Socket;
  readonly connectParams: { readonly hostname: string; readonly protocol: string; readonly port: string };
}

/** A connection, which knows no socket, and how many requests are under way on it (HTTP/2 has many, pipelining some). */
export interface Connection {
  readonly server: OpenConnections;
  requests: number;
  isOpen: boolean;
}

class SocketConnection extends PrivateField {
  #connection: Connection | undefined;

  static set(socket: Socket, connection: Connection): void {
    const holder = #connection in socket ? socket : new SocketConnection(socket);
    holder.#connection = connection;
  }

  static of(socket: Socket): Connection | undefined {
    return #connection in socket ? socket.#connection : undefined;
  }
}

/** Servers that there is a connection to. */
const servers = new Map<string, OpenConnections>();
let isObserved = false;

/** Counts the connection until it closes. */
export function onConnected({ socket, connectParams }: Connected): void {
  // Through a proxy's tunnel the same socket may be connected again.
  if (SocketConnection.of(socket)?.isOpen) return;
  if (!isObserved) observeOpenConnections('undici', () => servers.values());
  isObserved = true;
  const connection = { server: serverOf(connectParams, versionOf(socket)), requests: 0, isOpen: true };
  connection.server.idle++;
  SocketConnection.set(socket, connection);
  socket.once('close', () => leave(connection));
}

/** `1.1`, `2`: what was agreed on when the connection was made. */
export function versionOf(socket: Socket): string {
  return (socket as { alpnProtocol?: unknown }).alpnProtocol === 'h2' ? '2' : '1.1';
}

/** A request goes out. @returns what {@link endRequest} is to be told; `undefined` if nobody counts connections. */
export function beginRequest(socket: Socket): Connection | undefined {
  const connection = SocketConnection.of(socket);
  if (connection?.isOpen && connection.requests++ === 0) move(connection.server, 1);
  return connection;
}

/** A request on the connection is over; without any it is idle. */
export function endRequest(connection: Connection): void {
  if (connection.isOpen && --connection.requests === 0) move(connection.server, -1);
}

/** The connection closed, or has become the program's: after an upgrade or CONNECT it is no longer one of HTTP. */
export function leave(connection: Connection): void {
  if (!connection.isOpen) return;
  connection.isOpen = false;
  const { server, requests } = connection;
  if (requests > 0) server.active--;
  else server.idle--;
  if (server.active + server.idle === 0) servers.delete(keyOf(server));
}

function move(server: OpenConnections, count: 1 | -1): void {
  server.active += count;
  server.idle -= count;
}

function serverOf({ hostname, protocol, port }: Connected['connectParams'], protocolVersion: string) {
  // An IPv6 address stands in brackets.
  const address = hostname.replace(/^\[|\]$/g, '');
  const server = {
    address,
    port: port ? Number(port) : defaultPort(protocol.replace(':', '')),
    protocolVersion,
    active: 0,
    idle: 0,
  };
  const key = keyOf(server);
  const known = servers.get(key);
  if (known === undefined) servers.set(key, server);
  return known ?? server;
}

const keyOf = ({ address, port, protocolVersion }: OpenConnections) =>
  `${address} ${port} ${protocolVersion}`;
