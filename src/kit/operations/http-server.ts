import { type Context, SpanKind, SpanStatusCode, type TextMapGetter } from '@opentelemetry/api';
import { type Active, reportFailure, set } from '../operation';
import { redactQuery } from '../sanitize/url';
import { telemetry } from '../telemetry';
import { readForwarded } from './forwarded';
import {
  defaultPort,
  firstHeader,
  isKnownMethod,
  plainAddress,
  splitHostPort,
  splitTarget,
  unknownMethodName,
} from './http-common';
import { RequestSpan, type ServerSpan } from './server-span';

type Headers = Record<string, string | string[] | undefined>;

/** What the operation reads of a request: {@link IncomingMessage} and its like in HTTP/2 have it. */
export interface ServerRequest {
  readonly method?: string | undefined;
  /** The target, as on the request line: path and query, to a proxy a whole URL, for CONNECT an authority. */
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

  /**
   * Begins the span as a child of what the request's headers say. Never throws.
   * @param identity - the object by which {@link setRoute} finds the span again: the request, or its HTTP/2 stream.
   */
  function start(request: ServerRequest, identity: object = request): Active | undefined {
    try {
      const remote = telemetry.propagator.extract(telemetry.rootContext, request.headers, headerGetter);
      return startIn(remote, request, identity);
    } catch (error) {
      reportFailure(error);
      return undefined;
    }
  }

  function startIn(parent: Context, request: ServerRequest, identity: object): Active {
    const method = request.method ?? 'GET';
    const name = isKnownMethod(method) ? method : unknownMethodName;
    const span = tracer.startSpan(name, SpanKind.SERVER, parent);
    if (span.isRecording()) {
      setMethod(span, method);
      setUrl(span, request);
      set(span, 'user_agent.original', firstHeader(request.headers['user-agent']));
      set(span, 'network.protocol.version', request.httpVersion === '2.0' ? '2' : request.httpVersion);
    }
    const active: ServerSpan = {
      span,
      context: telemetry.withSpan(parent, span),
      method: name,
      route: undefined,
      failure: undefined,
    };
    RequestSpan.set(identity, active);
    return active;
  }

  /** Ends the span of a request. Never throws. */
  function end(active: Active, { statusCode, errorType }: ServerOutcome): void {
    const { span } = active;
    try {
      if (span.isRecording()) {
        nameByRoute(active as ServerSpan, statusCode);
        set(span, 'http.response.status_code', statusCode);
        // Once a status is sent, it is the error's type; an answer below 500 is no error of the server's, whatever led to it.
        const failed =
          errorType ?? (statusCode !== undefined && statusCode >= 500 ? String(statusCode) : undefined);
        if (failed !== undefined) {
          span.setAttribute('error.type', failed);
          span.setStatus({ code: SpanStatusCode.ERROR });
          const { failure } = active as ServerSpan;
          if (failure) span.recordException(failure.error as Error, failure.timeMillis);
        }
      }
      span.end();
    } catch (error) {
      reportFailure(error);
    }
  }
}

/** A name that the program gave the span stays. */
function nameByRoute({ span, method, route }: ServerSpan, statusCode: number | undefined): void {
  const found = typeof route === 'function' ? routeOrNothing(route, statusCode) : route;
  if (!found) return;
  span.setAttribute('http.route', found);
  if ((span as { name?: unknown }).name === method) span.updateName(`${method} ${found}`);
}

function routeOrNothing(
  route: (statusCode: number | undefined) => string | undefined,
  statusCode: number | undefined,
): string | undefined {
  try {
    return route(statusCode);
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

function setMethod(span: Active['span'], method: string): void {
  if (isKnownMethod(method)) span.setAttribute('http.request.method', method);
  else
    span.setAttributes({
      'http.request.method': '_OTHER',
      'http.request.method_original': method.slice(0, 64),
    });
}

function setUrl(span: Active['span'], { method = 'GET', url, headers, socket }: ServerRequest): void {
  const forwarded = readForwarded(headers);
  const target = splitTarget(url ?? (method === 'CONNECT' ? '' : '/'), method);
  const scheme = forwarded.proto?.toLowerCase() ?? target.scheme ?? (socket?.encrypted ? 'https' : 'http');
  const authority =
    forwarded.host || target.authority || firstHeader(headers[':authority']) || firstHeader(headers.host);
  set(span, 'url.path', target.path);
  span.setAttribute('url.scheme', scheme);
  if (target.query !== undefined) span.setAttribute('url.query', redactQuery(target.query));
  if (authority) {
    const { host, port } = splitHostPort(authority);
    span.setAttribute('server.address', host);
    span.setAttribute('server.port', port ?? defaultPort(scheme));
  }
  const peer = plainAddress(socket?.remoteAddress);
  set(span, 'client.address', plainAddress(forwarded.client) ?? peer);
  set(span, 'network.peer.address', peer);
  set(span, 'network.peer.port', peer === undefined ? undefined : socket?.remotePort);
}
