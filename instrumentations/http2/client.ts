import { errorMonitor } from 'node:events';
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
} from 'node:http2';
import type { Active, AnyFunction } from '../../src/kit';
import {
  type ClientTarget,
  contentLength,
  type HeaderSource,
  httpClient,
  listedHeaders,
  plainHeaders,
} from '../../src/kit/http';
import { streamErrorType } from './stream-error';

const client = httpClient('http2');

/** As an object, or (Node 24) as a list of names and values. */
type RequestHeaders = OutgoingHttpHeaders | readonly string[] | undefined;

/** `ClientHttp2Session.prototype.request` with a span, and with its identity in a copy of the headers. */
export function requestWithSpan(request: AnyFunction): AnyFunction {
  return function (this: ClientHttp2Session, headers: RequestHeaders, ...rest: unknown[]) {
    // undici tells of its requests itself.
    if (propertyOf(this, 'client') !== undefined) return Reflect.apply(request, this, [headers, ...rest]);
    const active = client.start(
      readHeader(headers, ':method') ?? 'GET',
      () => readTarget(this, headers),
      () => headerSource(headers),
    );
    if (active === undefined) return Reflect.apply(request, this, [headers, ...rest]);
    let stream: ClientHttp2Stream | undefined;
    try {
      stream = Reflect.apply(request, this, [
        withContext(active, this, headers),
        ...rest,
      ]) as ClientHttp2Stream;
      return stream;
    } finally {
      if (stream) endWithStream(active, stream);
      else client.end(active, { errorType: '_OTHER' });
    }
  };
}

function endWithStream(active: Active, stream: ClientHttp2Stream): void {
  let statusCode: number | undefined;
  let responseHeaders: IncomingHttpHeaders | undefined;
  // The socket is gone when the stream closes with its session.
  const { session } = stream;
  let peer: Peer | undefined;
  stream.once('response', (headers) => {
    statusCode = headers[':status'];
    responseHeaders = headers;
    peer = readPeer(session);
  });

  let isEnded = false;
  const end = (failure?: unknown) => {
    if (isEnded) return;
    isEnded = true;
    client.end(active, {
      statusCode,
      errorType: streamErrorType(stream, failure),
      protocolVersion: statusCode === undefined ? undefined : '2',
      headers: responseHeaders && (() => plainHeaders(responseHeaders!)),
      responseSize: contentLength(responseHeaders?.['content-length']),
      ...(peer ?? readPeer(session)),
    });
  };
  // The monitor is no listener to Node: an error that the program does not handle stays one, and then is the last that happens.
  stream.on(errorMonitor, end);
  stream.on('close', () => end());
}

function headerSource(headers: RequestHeaders): HeaderSource {
  if (Array.isArray(headers)) return listedHeaders(headers);
  const lower: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries((headers ?? {}) as OutgoingHttpHeaders))
    if (value !== undefined) lower[name.toLowerCase()] = Array.isArray(value) ? value : String(value);
  return plainHeaders(lower);
}

interface Peer {
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
}

function readPeer(session: ClientHttp2Stream['session']): Peer | undefined {
  const socket = session?.socket;
  return socket && { peerAddress: socket.remoteAddress, peerPort: socket.remotePort };
}

/** The caller's headers stay as they are. */
function withContext(active: Active, session: ClientHttp2Session, headers: RequestHeaders): RequestHeaders {
  // Not ours to judge: Node says what is wrong with it.
  if (headers !== undefined && (typeof headers !== 'object' || headers === null)) return headers;
  const added: string[] = [];
  client.inject(
    active,
    authorityOf(session, headers),
    (name) => readHeader(headers, name) !== undefined,
    (name, value) => added.push(name, value),
  );
  if (added.length === 0) return headers;
  if (Array.isArray(headers)) return [...headers, ...added];
  const copy = { ...(headers as OutgoingHttpHeaders | undefined) };
  for (let i = 0; i < added.length; i += 2) copy[added[i]!] = added[i + 1];
  return copy;
}

function authorityOf(session: ClientHttp2Session, headers: RequestHeaders): string {
  return (
    readHeader(headers, ':authority') ??
    readHeader(headers, 'host') ??
    (propertyOf(session, 'authority') as string | undefined) ??
    ''
  );
}

function readTarget(session: ClientHttp2Session, headers: RequestHeaders): ClientTarget {
  const authority = authorityOf(session, headers);
  if (readHeader(headers, ':method') === 'CONNECT' && readHeader(headers, ':path') === undefined)
    return { url: authority };
  const protocol = (propertyOf(session, 'protocol') as string | undefined) ?? 'https:';
  const scheme = readHeader(headers, ':scheme') ?? protocol.replace(':', '');
  return {
    url: `${scheme}://${withoutDefaultPort(scheme, authority)}${readHeader(headers, ':path') ?? '/'}`,
  };
}

/** Node makes the authority of a session with its port, also the usual one. */
function withoutDefaultPort(scheme: string, authority: string): string {
  const usual = scheme === 'https' ? ':443' : ':80';
  return authority.endsWith(usual) ? authority.slice(0, -usual.length) : authority;
}

/** @param name - in lower case. */
function readHeader(headers: RequestHeaders, name: string): string | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (Array.isArray(headers)) {
    for (let i = 0; i + 1 < headers.length; i += 2)
      if (String(headers[i]).toLowerCase() === name) return String(headers[i + 1]);
    return undefined;
  }
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = (headers as OutgoingHttpHeaders)[key];
    return value === undefined ? undefined : String(value);
  }
  return undefined;
}

/** What Node and undici keep on a session under a symbol of their own: by the symbol's description. */
function propertyOf(session: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(session).find((each) => each.description === description);
  return symbol && (session as Record<symbol, unknown>)[symbol];
}
