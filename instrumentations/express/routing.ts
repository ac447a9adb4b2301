import { lookUp, type ServerSpan, serverSpanOf } from '../../src/kit';
import type { ExpressRequest, ExpressRoute, Layer, Match, Path } from './types';

// express gives every request a prototype of the application's, and thereby a hidden class of its own: whatever is then kept with it costs three
// microseconds. So the state is kept with the span, and the request is asked only where it must be, by `lookUp`.

/** Where a request is on its way through routers. */
export interface Routing {
  readonly span: ServerSpan;
  readonly request: ExpressRequest;
  /** Patterns by what they matched of the URL: `/api/7` -> `/api/:version`. */
  mounts: Map<string, string> | undefined;
  /** The last route that fits path and method. The router passes over it while an error is looking for its handler. */
  fitting: ExpressRoute | undefined;
  fittingPattern: string | undefined;
  /** What the span was told last. */
  shownPattern: string | undefined;
  /** Pattern of the last route that got the request. */
  takenPattern: string | undefined;
}

/** The state of a request that has a span; made when it meets its first router. */
export function startRouting(request: ExpressRequest): Routing | undefined {
  const span = serverSpanOf(request);
  if (span === undefined) return undefined;
  span.routing ??= {
    span,
    request,
    mounts: undefined,
    fitting: undefined,
    fittingPattern: undefined,
    shownPattern: undefined,
    takenPattern: undefined,
  };
  return span.routing as Routing;
}

/** The state of a request that has met a router. */
export function routingOf(request: object): Routing | undefined {
  return serverSpanOf(request)?.routing as Routing | undefined;
}

/** Whether a layer is a handler for every URL, as most are: it is no route, and nothing is inside. */
export function isPlainMiddleware(layer: Layer, matched: Match): boolean {
  if (layer.route || layer.handle.length === 4) return false;
  const path = typeof matched === 'object' ? matched.path : layer.path;
  return !path || path === '/';
}

/** The short way of {@link followMatch} for such a layer. */
export function followMiddleware(routing: Routing): void {
  noteTaken(routing);
  if (routing.shownPattern !== undefined && !isAnswered(routing.request)) show(routing, undefined);
}

function show(routing: Routing, pattern: string | undefined): void {
  if (routing.shownPattern === pattern) return;
  routing.shownPattern = pattern;
  routing.span.route = pattern;
}

/** The router takes the route that fits, unless an error passes over it: only then is it the request's. */
function noteTaken(routing: Routing): void {
  const { request, fitting } = routing;
  if (fitting !== undefined && lookUp(request, 'route') === fitting)
    routing.takenPattern = routing.fittingPattern;
}

/**
 * A layer matches the URL: a route, an error handler, or a handler or router that was mounted with `use`.
 * @param pattern - the layer's path as the program wrote it.
 */
export function followMatch(routing: Routing, layer: Layer, matched: Match, pattern: Path): void {
  const { request } = routing;
  // What runs after the answer, such as a logger behind the route, has no say.
  if (isAnswered(request)) return;
  noteTaken(routing);

  if (layer.route) {
    if (!handlesMethod(layer.route, lookUp(request, 'method') ?? 'GET')) return;
    routing.fitting = layer.route;
    routing.fittingPattern = join(mountOf(routing, request), pattern);
    show(routing, routing.fittingPattern);
  } else if (layer.handle.length === 4) {
    // It only runs with an error: the route that failed stays the route.
    show(routing, routing.takenPattern);
  } else {
    show(routing, undefined);
    const matchedPath = typeof matched === 'object' ? matched.path : layer.path;
    if (matchedPath) enterMount(routing, request, matchedPath, pattern);
  }
}

function isAnswered(request: ExpressRequest): boolean {
  const response = lookUp(request, 'res');
  return response ? lookUp(response, 'headersSent') : false;
}

function handlesMethod({ methods, stack }: ExpressRoute, method: string): boolean {
  if (methods._all || methods[method.toLowerCase()] || (method === 'HEAD' && methods.get)) return true;
  // express 4.0 keeps no note of `route.all`: its handlers have no method.
  return typeof stack === 'object' ? stack.some((layer) => !layer.method) : stack !== undefined;
}

/** What is inside a mounted router sees only the rest of the URL; the patterns of its mounts are kept until then. */
function enterMount(routing: Routing, request: ExpressRequest, matchedPath: string, pattern: Path): void {
  routing.mounts ??= new Map();
  const base = baseUrlOf(request) + withoutEndSlash(matchedPath);
  routing.mounts.set(base, withoutEndSlash(join(mountOf(routing, request), pattern)));
}

function mountOf({ mounts }: Routing, request: ExpressRequest): string {
  return mounts?.get(baseUrlOf(request)) ?? '';
}

/** express 4.0 and 4.1 do not tell it: it is what `originalUrl` has more than `url`, to which a slash may have been added. */
function baseUrlOf({ baseUrl, originalUrl = '', url = '' }: ExpressRequest): string {
  if (baseUrl !== undefined) return baseUrl;
  const rest = originalUrl.endsWith(url) ? url.length : url.length - 1;
  return originalUrl.slice(0, originalUrl.length - rest);
}

/** `/api` and `/users/:id` become `/api/users/:id`; `/api` and `/` become `/api`. */
function join(mount: string, path: Path): string {
  const pattern = path instanceof RegExp ? path.source : String(path);
  if (mount === '') return pattern || '/';
  if (pattern === '' || pattern === '/') return mount;
  return pattern.startsWith('/') || path instanceof RegExp ? mount + pattern : `${mount}/${pattern}`;
}

/** The way through the application ended: with an error, at the route that failed; without one, nothing answered. */
export function followEnd(routing: Routing, error: unknown): void {
  noteTaken(routing);
  show(routing, error ? routing.takenPattern : undefined);
}

function withoutEndSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
