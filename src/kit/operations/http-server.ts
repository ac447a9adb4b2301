import { type Context, type Link, SpanKind, SpanStatusCode, type TextMapGetter } from '@opentelemetry/api';
import { monotonicMillis } from '../../model/clock';
import { remotePeer } from '../../model/remote-peer';
import { type Active, reportFailure, set } from '../operation';
import { telemetry } from '../telemetry';
import { bringNoContext } from './carrier-headers';
import { readForwarded } from './forwarded';
import { captureHeaders, type HeaderSource, plainHeaders } from './http-capture';
import {
  defaultPort,
  firstHeader,
  isExcluded,
  isKnownMethod,
  plainAddress,
  splitHostPort,
  splitTarget,
  unknownMethodName,
  urlRedactor,
} from './http-common';
import { contentLength, createHttpMetrics, httpServerMetrics } from './http-metrics';
import { type MeasuredRequest, RequestSpan, type ServerSpan } from './server-span';

type Headers = Record<string, string | string[] | undefined>;

/** What the operation reads of a request: {@link IncomingMessage} and its like in HTTP/2 have it. */
export interface ServerRequest {
  readonly method?: string | undefined;
  /** The target, as on the request line: path and query, to a proxy a whole URL, for CONNECT an authority. */
  readonly url?: string | undefined;
  readonly headers: Headers;
  /** As they came, names and values in turn. */
  readonly rawHeaders?: readonly string[] | undefined;
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
  /** Of the response. */
  readonly headers?: (() => HeaderSource) | undefined;
  /** Bytes of the response's body, where they are known. */
  readonly responseSize?: number | undefined;
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
  const metrics = createHttpMetrics(instrumentation, httpServerMetrics);
  const { capturedHeaders, excludedUrls } = telemetry.settings;
  /** `isMeasured`: whether sizes of bodies are wanted. */
  return { start, end, isMeasured: metrics !== undefined };

  /**
   * Begins the span as a child of what the request's headers say. Never throws.
   * @param identity - the object by which {@link setRoute} finds the span again: the request, or its HTTP/2 stream.
   */
  function start(request: ServerRequest, identity: object = request): Active | undefined {
    if (telemetry.isTracedElsewhere?.()) return undefined;
    try {
      // Nothing to record; what the request brings may still have to be handed on.
      const isIdle = !telemetry.isRecording && telemetry.activeContext() === telemetry.rootContext;
      if (isIdle && bringNoContext(request.rawHeaders)) return undefined;
      const { remoteParent } = telemetry.settings;
      const remote =
        remoteParent === 'ignore'
          ? telemetry.rootContext
          : telemetry.propagator.extract(telemetry.rootContext, request.headers, headerGetter);
      if (isIdle && remote === telemetry.rootContext) return undefined;
      // What is done for an excluded request is not recorded either.
      if (excludedUrls && isExcluded(request.url ?? '', schemeOf(request), authorityOf(request)))
        return startIn(telemetry.untraced(remote), request, identity, undefined, true);
      return remoteParent === 'link'
        ? startIn(telemetry.rootContext, request, identity, linksTo(remote))
        : startIn(remote, request, identity);
    } catch (error) {
      reportFailure(error);
      return undefined;
    }
  }

  function startIn(
    parent: Context,
    request: ServerRequest,
    identity: object,
    links?: Link[],
    isExcluded = false,
  ): Active {
    const method = request.method ?? 'GET';
    const name = isKnownMethod(method) ? method : unknownMethodName;
    const span = tracer.startSpan(name, SpanKind.SERVER, parent, links);
    if (span.isRecording()) {
      setMethod(span, method);
      setUrl(span, request);
      set(span, 'user_agent.original', firstHeader(request.headers['user-agent']));
      set(span, 'network.protocol.version', protocolVersion(request));
      captureHeaders(span, 'request', capturedHeaders.serverRequest, () => plainHeaders(request.headers));
    }
    const active: ServerSpan = {
      span,
      context: telemetry.withSpan(parent, span),
      method: name,
      route: undefined,
      failure: undefined,
      routing: undefined,
      measured: metrics && !isExcluded ? measure(method, request) : undefined,
    };
    RequestSpan.set(identity, active);
    return active;
  }

  function measure(method: string, request: ServerRequest): MeasuredRequest {
    const scheme = schemeOf(request);
    const active = metrics!.active.at(isKnownMethod(method) ? method : '_OTHER', scheme);
    active.record('requests', 1);
    return {
      startMillis: monotonicMillis(),
      scheme,
      protocolVersion: protocolVersion(request),
      requestSize: contentLength(request.headers['content-length']),
      active,
    };
  }

  /** Ends the span of a request. Never throws. */
  function end(active: Active, outcome: ServerOutcome): void {
    const { span } = active;
    const { statusCode } = outcome;
    try {
      const { measured } = active as ServerSpan;
      if (measured || span.isRecording()) {
        const route = routeOf(active as ServerSpan, statusCode);
        // Once a status is sent, it is the error's type; an answer below 500 is no error of the server's, whatever led to it.
        const failed =
          outcome.errorType ??
          (statusCode !== undefined && statusCode >= 500 ? String(statusCode) : undefined);
        if (span.isRecording()) {
          describeEnd(active as ServerSpan, statusCode, route, failed);
          if (outcome.headers)
            captureHeaders(span, 'response', capturedHeaders.serverResponse, outcome.headers);
        }
        if (measured) record(active as ServerSpan, measured, outcome, route, failed);
      }
      span.end();
    } catch (error) {
      reportFailure(error);
    }
  }

  function record(
    { method, context }: ServerSpan,
    { startMillis, scheme, protocolVersion, requestSize, active }: MeasuredRequest,
    { statusCode, responseSize }: ServerOutcome,
    route: string | undefined,
    failed: string | undefined,
  ): void {
    const known = method === unknownMethodName ? '_OTHER' : method;
    const point = metrics!.finished.at(known, scheme, statusCode, route, failed, protocolVersion);
    active.record('requests', -1, context);
    point.record('duration', (monotonicMillis() - startMillis) / 1000, context);
    if (requestSize !== undefined) point.record('requestSize', requestSize, context);
    if (responseSize !== undefined) point.record('responseSize', responseSize, context);
  }
}

function describeEnd(
  { span, method, failure }: ServerSpan,
  statusCode: number | undefined,
  route: string | undefined,
  failed: string | undefined,
): void {
  if (route) {
    span.setAttribute('http.route', route);
    // A name that the program gave the span stays.
    if ((span as { name?: unknown }).name === method) span.updateName(`${method} ${route}`);
  }
  set(span, 'http.response.status_code', statusCode);
  if (failed === undefined) return;
  span.setAttribute('error.type', failed);
  span.setStatus({ code: SpanStatusCode.ERROR });
  if (failure) span.recordException(failure.error as Error, failure.timeMillis);
}

function routeOf({ route }: ServerSpan, statusCode: number | undefined): string | undefined {
  if (typeof route !== 'function') return route || undefined;
  try {
    return route(statusCode) || undefined;
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

/** For metrics: only what is certain to be one of two. */
function schemeOf({ headers, socket }: ServerRequest): string {
  const proto = readForwarded(headers).proto?.toLowerCase();
  if (proto === 'http' || proto === 'https') return proto;
  return socket?.encrypted ? 'https' : 'http';
}

/** As the client asked for it, perhaps a proxy. */
function authorityOf({ headers }: Pick<ServerRequest, 'headers'>): string | undefined {
  return firstHeader(headers[':authority']) || firstHeader(headers.host);
}

function protocolVersion({ httpVersion }: ServerRequest): string {
  return httpVersion === '2.0' ? '2' : httpVersion;
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
  const authority = forwarded.host || target.authority || authorityOf({ headers });
  set(span, 'url.path', target.path);
  span.setAttribute('url.scheme', scheme);
  if (target.query !== undefined) span.setAttribute('url.query', urlRedactor().redactQuery(target.query));
  if (authority) {
    const { host, port } = splitHostPort(authority);
    span.setAttribute('server.address', host);
    span.setAttribute('server.port', port ?? defaultPort(scheme));
  }
  const { address, port } = remotePeer(socket);
  const peer = plainAddress(address);
  set(span, 'client.address', plainAddress(forwarded.client) ?? peer);
  set(span, 'network.peer.address', peer);
  set(span, 'network.peer.port', peer === undefined ? undefined : port);
}

function linksTo(remote: Context): Link[] | undefined {
  const context = telemetry.spanContextOf(remote);
  return context && [{ context }];
}
