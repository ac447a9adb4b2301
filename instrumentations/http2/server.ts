import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { type Active, interceptRead, telemetry } from '../../src/kit';
import { contentLength, httpServer, plainHeaders } from '../../src/kit/http';
import { streamErrorType } from './stream-error';

const server = httpServer('http2');
const watched = new WeakSet<Http2Server>();

/**
 * The span of a request, by the session's event: it runs in a tick of its own, so the context that it enters reaches the handlers that
 * follow and nothing else.
 */
function startServerSpan(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const active = server.start(
    {
      method: headers[':method'],
      url: headers[':path'],
      headers,
      httpVersion: '2.0',
      socket: { ...readPeer(stream), encrypted: stream.session?.encrypted === true },
    },
    stream,
  );
  if (active === undefined) return;
  telemetry.enter(active.context);
  if (!stream.endAfterHeaders) enterWithBody(stream, active);

  stream.on('close', () => {
    telemetry.enter(active.context);
    const status = stream.headersSent ? Number(stream.sentHeaders[':status']) : Number.NaN;
    server.end(active, {
      statusCode: Number.isInteger(status) ? status : undefined,
      errorType: streamErrorType(stream, stream.errored),
      headers: stream.headersSent ? () => plainHeaders(stream.sentHeaders as never) : undefined,
      responseSize: stream.headersSent ? contentLength(stream.sentHeaders['content-length']) : undefined,
    });
  });
}

/** Streams of a server's sessions; both listeners stand before the program's. */
export function watchSessions(server: Http2Server): void {
  if (watched.has(server)) return;
  watched.add(server);
  server.prependListener('session', (session) => session.prependListener('stream', startServerSpan));
}

function readPeer({ session }: ServerHttp2Stream) {
  return { remoteAddress: session?.socket?.remoteAddress, remotePort: session?.socket?.remotePort };
}

/** Body chunks arrive in the context of the connection; Node hands each to `stream.push`, as in http/server.ts. */
function enterWithBody(stream: ServerHttp2Stream, { context }: Active): void {
  interceptRead(stream, 'push', (_stream, push) => {
    telemetry.enter(context);
    return push;
  });
}
