import type { Context } from '@opentelemetry/api';
import { nowMillis } from '../../model/clock';
import type { MetricPoint } from '../metrics';
import type { Active } from '../operation';
import { PrivateField } from '../private-field';

/**
 * The pattern of a route as written in the program, `/users/:id`; or, where it is certain only when the response is there, a function that
 * finds it then (`statusCode` is what was sent).
 */
export type Route = string | undefined | ((statusCode: number | undefined) => string | undefined);

/** What the metrics of a request need when it ends. */
export interface MeasuredRequest {
  readonly startMillis: number;
  readonly scheme: string;
  readonly protocolVersion: string;
  readonly requestSize: number | undefined;
  /** The requests of this method that are under way. */
  readonly active: MetricPoint<'requests'>;
}

/** The server span of a request under way. */
export interface ServerSpan extends Active {
  /** The span's name until a route is known: the method. */
  readonly method: string;
  route?: Route;
  /** Where metrics are collected: what they need at the end. */
  readonly measured?: MeasuredRequest | undefined;
  /** The last error that a framework turned into a response. */
  failure?: { readonly error: unknown; readonly timeMillis: number } | undefined;
  /** What a framework's instrumentation keeps of the request's way, of a type of its own. */
  routing?: unknown;
}

/** The span of a request, by the request object or its HTTP/2 stream. */
export class RequestSpan extends PrivateField {
  #span: ServerSpan | undefined;

  static set(identity: object, span: ServerSpan): void {
    const holder = #span in identity ? identity : new RequestSpan(identity);
    holder.#span = span;
  }

  /** The compatibility API of `node:http2` makes a request object for a stream that is known already. */
  static of(request: object): ServerSpan | undefined {
    if (#span in request) return request.#span;
    const { stream } = request as { stream?: object };
    return stream && #span in stream ? stream.#span : undefined;
  }
}

/** The server span of a request, if it has one. @param request - the request object of `node:http` or `node:http2`. */
export function serverSpanOf(request: object): ServerSpan | undefined {
  return RequestSpan.of(request);
}

/** The context of a request that has a server span. */
export function requestContext(request: object): Context | undefined {
  return RequestSpan.of(request)?.context;
}

/**
 * The route that a framework matched for a request: `http.route`, and the second half of the span's name. It may be set again, as a
 * request passes from route to route; what counts is the last when the response is there.
 * @param request - the request object of `node:http` or `node:http2`.
 * @param route - `undefined`: what answers now is no route.
 */
export function setRoute(request: object, route: Route): void {
  const active = RequestSpan.of(request);
  if (active !== undefined) active.route = route;
}

/**
 * An error that a framework, or the program's error handler, turns into a response. It becomes an `exception` event of the span if the
 * response says that the server failed (5xx, or never whole): an error answered with a 4xx was meant (semantic conventions, "HTTP
 * server: status").
 * @param request - the request object of `node:http` or `node:http2`.
 */
export function recordRequestError(request: object, error: unknown): void {
  const active = RequestSpan.of(request);
  if (!active?.span.isRecording() || !(error instanceof Error) || active.failure?.error === error) return;
  active.failure = { error, timeMillis: nowMillis() };
}
