import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type Active,
  type AnyFunction,
  errorType,
  interceptRead,
  replaceMethod,
  telemetry,
} from '../../src/kit';
import { httpServer } from '../../src/kit/http';

const server = httpServer('http');
const seenServers = new WeakSet<object>();
const seenPrototypes = new WeakSet<object>();

/** The server that is about to emit one. */
let upgrading: object | undefined;

/**
 * Upgrades and CONNECT have no channel: they are seen where the server emits them. Only servers with a listener for them are of
 * interest, but listeners may come at any time, so each class of servers is patched once. Node counts the listeners right before it
 * emits; only then `emit` is ours, so that the handlers of ordinary requests have no frame of ours below them.
 */
export function patchUpgrades(server: object | undefined): void {
  if (!server || seenServers.has(server)) return;
  seenServers.add(server);
  const prototype = Object.getPrototypeOf(server) as EventEmitter | null;
  if (!prototype || seenPrototypes.has(prototype)) return;
  seenPrototypes.add(prototype);
  if (!isHttpServer(server)) return;
  replaceMethod(
    prototype,
    'listenerCount',
    (listenerCount) =>
      function (this: object, ...args: unknown[]) {
        const count = Reflect.apply(listenerCount, this, args) as number;
        if (count > 0 && (args[0] === 'upgrade' || args[0] === 'connect')) upgrading = this;
        return count;
      },
  );
  interceptRead(prototype, 'emit', (self, emit) => {
    if (upgrading !== self) return emit;
    upgrading = undefined;
    return emitWithSpan(emit);
  });
}

/** Told by its limits: a server of `node:https`, or of `node:http2` with `allowHTTP1`, is no `http.Server`. */
function isHttpServer(server: object): boolean {
  return 'headersTimeout' in server;
}

function emitWithSpan(emit: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    if (args[0] !== 'upgrade' && args[0] !== 'connect') return Reflect.apply(emit, this, args);
    const active = startUpgradeSpan(args[1] as IncomingMessage, args[2] as Duplex);
    return active ? telemetry.run(active.context, emit, this, args) : Reflect.apply(emit, this, args);
  };
}

const started = new WeakSet<object>();

/** The span lasts until the program answers on the raw socket: the first bytes hold the status. */
function startUpgradeSpan(request: IncomingMessage, socket: Duplex): Active | undefined {
  // A subclass of a patched server emits through both.
  if (started.has(request)) return undefined;
  started.add(request);
  const active = server.start(request as never);
  if (active === undefined) return undefined;

  const stopWatching = watchWrites(socket, (chunk) => finish(readStatus(chunk)));
  const onClose = () => finish(undefined, socket.errored ? errorType(socket.errored) : 'ECONNRESET');
  socket.on('close', onClose);
  return active;

  function finish(statusCode: number | undefined, failure?: string): void {
    stopWatching();
    socket.removeListener('close', onClose);
    server.end(active!, { statusCode, errorType: failure });
  }
}

/** Calls `onFirst` with the first chunk that the program writes, by `write` or by `end`. */
function watchWrites(socket: Duplex, onFirst: (chunk: unknown) => void): () => void {
  const restore = (['write', 'end'] as const).map((name) => {
    const own = Object.getOwnPropertyDescriptor(socket, name);
    const original = socket[name] as AnyFunction;
    const watched = function (this: Duplex, ...args: unknown[]) {
      if (args[0] != null && typeof args[0] !== 'function') onFirst(args[0]);
      return Reflect.apply(original, this, args);
    };
    Object.defineProperty(socket, name, { value: watched, configurable: true, writable: true });
    return () => {
      if ((socket[name] as unknown) !== watched) return;
      if (own) Object.defineProperty(socket, name, own);
      else delete (socket as unknown as Record<string, unknown>)[name];
    };
  });
  return () => {
    for (const undo of restore) undo();
  };
}

/** `HTTP/1.1 101 ...` */
function readStatus(chunk: unknown): number | undefined {
  const head =
    typeof chunk === 'string'
      ? chunk.slice(0, 12)
      : chunk instanceof Uint8Array
        ? Buffer.from(chunk.subarray(0, 12)).toString('latin1')
        : '';
  const status = head.startsWith('HTTP/1.') ? Number(head.slice(9, 12)) : Number.NaN;
  return Number.isInteger(status) && status > 99 ? status : undefined;
}
