import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { suppressed } from '../../model/suppress';
import { detached } from '../../model/timers';
import { createConnector, type Peer } from './connection';

/** One warm HTTP/2 connection, opened when it is needed, which never keeps the process alive. */
export interface GrpcSession {
  /** Starts a request, on a new connection where there is none or the server has said goodbye to the old one. */
  request(
    headers: OutgoingHttpHeaders,
    done: (error: Error | null, stream?: ClientHttp2Stream) => void,
  ): void;
  /** Why the connection was lost, which streams do not tell. */
  lastError(): Error | undefined;
  /** The next request opens a new connection; the old one is closed when nothing is under way on it any more. */
  retire(): void;
  /** Gives the connection up, with what is under way on it. */
  reset(): void;
}

/** @param authority - the origin as a URL: `https://collector:4317` */
export function createGrpcSession(authority: string, peer: Peer): GrpcSession {
  const http2 = require('node:http2') as typeof import('node:http2');
  const connector = createConnector({ ...peer, alpn: ['h2'] });
  let current: ClientHttp2Session | undefined;
  let lastError: Error | undefined;

  return {
    request(headers, done) {
      if (current !== undefined && isUsable(current)) return start(current, headers, done);
      lastError = undefined;
      connector.open((error, socket) => {
        if (error) return done(error);
        const session = own(() =>
          http2.connect(authority, { createConnection: () => socket!, settings: { enablePush: false } }),
        );
        current = session;
        session.unref();
        session.on('error', (sessionError) => {
          lastError = sessionError;
        });
        const forget = () => {
          if (current === session) current = undefined;
        };
        // Streams under way may still be answered; new ones are refused.
        session.on('goaway', forget);
        session.on('close', forget);
        start(session, headers, done);
      });
    },
    lastError: () => lastError,
    retire() {
      current?.close();
      current = undefined;
    },
    reset() {
      current?.destroy();
      current = undefined;
      connector.abort();
    },
  };
}

const own = <R>(fn: () => R): R => detached(() => suppressed(fn));

const isUsable = ({ closed, destroyed }: ClientHttp2Session) => !closed && !destroyed;

function start(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  done: (error: Error | null, stream?: ClientHttp2Stream) => void,
): void {
  let stream: ClientHttp2Stream;
  try {
    stream = own(() => session.request(headers));
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, stream);
}
