import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { PrivateField } from '../../src/kit';
import { type OpenConnections, observeOpenConnections } from '../../src/kit/http';

type Sockets = Readonly<Record<string, readonly Socket[] | undefined>>;

/**
 * An agent knows its sockets, so it is asked when metrics are collected, and a request costs no more than a look at whether its agent is known. Agents are
 * the program's to throw away, and with `agent: false` every request has one of its own: those without a socket are forgotten until they get a request
 * again.
 */
class KnownAgent extends PrivateField {
  #isKnown = true;

  static add(agent: Agent): void {
    if (#isKnown in agent) {
      if (agent.#isKnown) return;
      agent.#isKnown = true;
    } else new KnownAgent(agent);
    if (agents.size >= sweepAt) sweep();
    agents.add(new WeakRef(agent));
    if (!isObserved) observeOpenConnections('http', count);
    isObserved = true;
  }

  static forget(agent: Agent): void {
    if (#isKnown in agent) agent.#isKnown = false;
  }
}

const agents = new Set<WeakRef<Agent>>();
let sweepAt = 64;
let isObserved = false;

/** Tells of the agent through which a request goes. */
export const addAgent = KnownAgent.add;

/** Looked at for every so many new agents as there are: a constant share of the work for each. */
function sweep(): void {
  for (const ref of agents) {
    const agent = ref.deref();
    if (agent !== undefined && hasSockets(agent)) continue;
    if (agent !== undefined) KnownAgent.forget(agent);
    agents.delete(ref);
  }
  sweepAt = Math.max(64, agents.size * 2);
}

function hasSockets({ sockets, freeSockets, requests }: Agent): boolean {
  for (const name in sockets) if (Object.hasOwn(sockets, name)) return true;
  for (const name in freeSockets) if (Object.hasOwn(freeSockets, name)) return true;
  for (const name in requests) if (Object.hasOwn(requests, name)) return true;
  return false;
}

/** A server that agents have connections to, open or idle, or just being opened. */
function count(): Iterable<OpenConnections> {
  sweep();
  const found = new Map<string, OpenConnections>();
  for (const ref of agents) {
    const agent = ref.deref();
    if (agent === undefined) continue;
    countSockets(agent.sockets as Sockets, 'active', found);
    countSockets(agent.freeSockets as Sockets, 'idle', found);
  }
  return found.values();
}

function countSockets(sockets: Sockets, state: 'active' | 'idle', found: Map<string, OpenConnections>): void {
  for (const name of Object.keys(sockets)) {
    for (const socket of sockets[name] ?? []) {
      if (socket.connecting || socket.destroyed) continue;
      const { address, port } = readName(name, socket.remotePort);
      const key = `${address} ${port}`;
      let connections = found.get(key);
      if (connections === undefined)
        found.set(key, (connections = { address, port, protocolVersion: '1.1', active: 0, idle: 0 }));
      connections[state]++;
    }
  }
}

const hostAndPort = /^([^:]*):(\d*):/;
const socketPath = /:(\/.*)$/;

/**
 * @param name - what `agent.getName` made of a server: host, port and more, joined by colons.
 * @param remotePort - finds the end of an IPv6 address, which has colons itself; missing for a Unix socket, whose path is last.
 */
function readName(name: string, remotePort: number | undefined): Pick<OpenConnections, 'address' | 'port'> {
  if (remotePort === undefined) {
    const [, path] = socketPath.exec(name) ?? [];
    if (path !== undefined) return { address: path, port: undefined };
  }
  const end = name.indexOf(`:${remotePort}:`);
  if (end > 0) return { address: name.slice(0, end), port: remotePort };
  // Behind a proxy the port is not the one that is connected to.
  const [, address = name, port] = hostAndPort.exec(name) ?? [];
  return { address, port: port ? Number(port) : undefined };
}
