import { type Context, SpanKind, SpanStatusCode, type TextMapGetter } from '@opentelemetry/api';
import { type Active, reportFailure, set } from '../operation';
import { redactQuery } from '../sanitize/url';
import { telemetry } from '../telemetry';
import { readForwarded } from './forwarded';
import { firstHeader, isKnownMethod, splitHostPort, unknownMethodName } from './http-common';

type Headers = Record<string, string | string[] | undefined>;

/** What the operation reads of a request: {@link IncomingMessage} and its like in HTTP/2 have it. */
export interface ServerRequest {
  readonly method?: string | undefined;
  /** Path and query, as on the request line. */
  readonly url?: string | undefined;
  readonly headers: Headers;
  readonly httpVersion: string;
  readonly socket?: {
    readonly remoteAddress?: string | undefined;
    readonly remotePort?: number | undefined;
    readonly encrypted?: boolean;
  } | null;
}

/** How a request ended. */
export interface ServerOutcome {
  /** Only a status that was really sent. */
  readonly statusCode?: number | undefined;
  /** Why the response was not sent in full: the error's code. */
  readonly errorType?: string | undefined;
}

/** The server span of a request under way. */
interface ServerSpan extends Active {
  readonly method: string;
  route?: string;
}

const serverSpans = new WeakMap<object, ServerSpan>();
const headerGetter: TextMapGetter<Headers> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
};

/**
 * Requests to a server (semantic conventions, "HTTP server spans"): SERVER, named `GET /users/:id` once a framework has told the
 * route with {@link setRoute}, else by the method alone, never by the path.
 */
export function httpServer(instrumentation: string) {
  const tracer = telemetry.instrumented(instrumentation);
  return { start, end };

  /** Begins the span as a child of what the request's headers say. Never throws. */
  function start(request: ServerRequest): Active | undefined {
    try {
      const remote = telemetry.propagator.extract(telemetry.rootContext, request.headers, headerGetter);
      return startIn(remote, request);
    } catch (error) {
      reportFailure(error);
      return undefined;
    }
  }

  function startIn(parent: Context, request: ServerRequest): Active {
    const method = request.method ?? 'GET';
    const name = isKnownMethod(method) ? method : unknownMethodName;
    const span = tracer.startSpan(name, SpanKind.SERVER, parent);
    if (span.isRecording()) {
      setMethod(span, method);
      setUrl(span, request);
      set(span, 'user_agent.original', firstHeader(request.headers['user-agent']));
      set(span, 'network.protocol.version', request.httpVersion === '2.0' ? '2' : request.httpVersion);
    }
    const active: ServerSpan = { span, context: telemetry.withSpan(parent, span), method: name };
    serverSpans.set(request, active);
    return active;
  }

  /** Ends the span of a request. Never throws. */
  function end({ span }: Active, { statusCode, errorType }: ServerOutcome): void {
    try {
      if (span.isRecording()) {
        set(span, 'http.response.status_code', statusCode);
        const failed =
          errorType ?? (statusCode !== undefined && statusCode >= 500 ? String(statusCode) : undefined);
        if (failed !== undefined) {
          span.setAttribute('error.type', failed);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
      }
      span.end();
    } catch (error) {
      reportFailure(error);
    }
  }
}

/**
 * The route that a framework matched for a request: `http.route`, and the second half of the span's name.
 * @param request - the request object of `node:http` or `node:http2`.
 * @param route - the pattern as written in the program, `/users/:id`.
 */
export function setRoute(request: object, route: string | undefined): void {
  const active = serverSpans.get(request);
  if (active === undefined || !route || active.route === route) return;
  active.route = route;
  active.span.setAttribute('http.route', route);
  active.span.updateName(`${active.method} ${route}`);
}

/** Records an error that a framework handled by answering it: its class as `error.type`, the error itself as an exception. */
export function recordRequestError(request: object, error: unknown): void {
  const span = serverSpans.get(request)?.span;
  if (span?.isRecording() && error instanceof Error) span.recordException(error);
}

function setMethod(span: Active['span'], method: string): void {
  if (isKnownMethod(method)) span.setAttribute('http.request.method', method);
  else
    span.setAttributes({
      'http.request.method': '_OTHER',
      'http.request.method_original': method.slice(0, 64),
    });
}

function setUrl(span: Active['span'], { url = '/', headers, socket }: ServerRequest): void {
  const forwarded = readForwarded(headers);
  const scheme = forwarded.proto?.toLowerCase() ?? (socket?.encrypted ? 'https' : 'http');
  const authority = forwarded.host ?? firstHeader(headers[':authority']) ?? firstHeader(headers.host);
  const queryStart = url.indexOf('?');
  span.setAttribute('url.path', queryStart < 0 ? url : url.slice(0, queryStart));
  span.setAttribute('url.scheme', scheme);
  if (queryStart >= 0 && queryStart < url.length - 1)
    span.setAttribute('url.query', redactQuery(url.slice(queryStart + 1)));
  if (authority) {
    const { host, port } = splitHostPort(authority);
    span.setAttribute('server.address', host);
    span.setAttribute('server.port', port ?? (scheme === 'https' ? 443 : 80));
  }
  const peer = socket?.remoteAddress;
  set(span, 'client.address', forwarded.client ?? peer);
  set(span, 'network.peer.address', peer);
  set(span, 'network.peer.port', peer === undefined ? undefined : socket?.remotePort);
}
