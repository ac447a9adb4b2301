import { Duplex } from 'node:stream';
import { interceptRead, replaceMethod, telemetry } from '../../src/kit';
import { requestWithSpan } from './client';
import { watchSessions } from './server';

type Http2 = typeof import('node:http2');
type Http2Server = import('node:http2').Http2Server;

let isPatched = false;
let modulesSeen = 0;

/** Patches node:http2 as soon as the program has loaded it; until then a look at the list of loaded modules, if it has grown. */
export function patchHttp2IfLoaded(): void {
  if (isPatched) return;
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  if (moduleLoadList === undefined || moduleLoadList.length === modulesSeen) return;
  modulesSeen = moduleLoadList.length;
  if (moduleLoadList.includes('NativeModule http2')) patchHttp2(require('node:http2') as Http2);
}

/** The classes are not exported: one object of each shows them. */
export function patchHttp2(http2: Http2): void {
  if (isPatched) return;
  isPatched = true;
  for (const server of [http2.createServer(), http2.createSecureServer() as Http2Server]) {
    // Whatever a server does first, be it the `connection` of another server handed to it, it emits.
    interceptRead(Object.getPrototypeOf(server) as typeof server, 'emit', (self, emit) => {
      watchSessions(self);
      return emit;
    });
  }
  replaceMethod(clientSessionPrototype(http2), 'request', requestWithSpan);
}

function clientSessionPrototype(http2: Http2): object {
  return telemetry.runOutside(() => {
    const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const session = http2.connect('http://localhost', { createConnection: () => nowhere });
    session.on('error', () => {});
    session.destroy();
    return Object.getPrototypeOf(session) as object;
  });
}
