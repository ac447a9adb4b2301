import type { Duplex } from 'node:stream';
import { type AnyFunction, interceptRead, replaceMethod, telemetry } from '../../src/kit';
import { requestWithSpan } from './client';
import { watchSessions } from './server';

type Http2 = typeof import('node:http2');
type Http2Server = import('node:http2').Http2Server;

const seenPrototypes = new WeakSet<object>();
let isPatched = false;

/** Patches the class of a server that has got a connection, if it is one of node:http2. */
export function patchServerClass(server: object | undefined): void {
  const prototype = server && (Object.getPrototypeOf(server) as Http2Server);
  if (!prototype || seenPrototypes.has(prototype)) return;
  seenPrototypes.add(prototype);
  if (!('updateSettings' in server)) return;
  // Whatever a server does first, be it with a connection that another server handed to it, it emits.
  interceptRead(prototype, 'emit', (self, emit) => {
    watchSessions(self);
    return emit;
  });
}

/**
 * Patches node:http2, once. The classes are not exported: one object of each shows them (but a TLS server, which costs 20 to 90 ms to make, is left to
 * its first connection).
 */
export function patchHttp2(): void {
  if (isPatched) return;
  isPatched = true;
  const http2 = require('node:http2') as Http2;
  patchServerClass(http2.createServer());
  patchSessionClass(makeSession(http2));
}

/** The same before a socket connects, as it does when `http2.connect` has made it. */
export function patchHttp2First(connect: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    patchHttp2();
    return Reflect.apply(connect, this, args);
  };
}

function patchSessionClass(session: object): void {
  replaceMethod(Object.getPrototypeOf(session) as object, 'request', requestWithSpan);
}

/**
 * A session that waits for its connection for ever, outside every context. Over a stream it would make a `JSStreamSocket` of it: a socket unlike all
 * others, for which V8 would compile what Node reads of sockets anew, and slower. And on Node below 22 many a program loads node:http2 without a
 * session of its own: to look at `Response` or `fetch` does it.
 */
function makeSession(http2: Http2): object {
  const connecting = { _handle: { isStreamBase: true }, connecting: true, on() {}, once() {} };
  return telemetry.runOutside(() =>
    http2.connect('http://localhost', { createConnection: () => connecting as unknown as Duplex }),
  );
}
