import type { EventEmitter } from 'node:events';
import { errorMonitor } from 'node:events';
import type { IncomingMessage } from 'node:http';
import {
  type AnyFunction,
  defineInstrumentation,
  recordRequestError,
  reportFailure,
  setRoute,
} from '../src/kit';

/**
 * The patch is made by hand, so that no function of ours stands below the program's middleware: a context is made before any of it runs, and
 * when the response is there it still tells which route `@koa/router` (or `koa-router`) found.
 */
export default defineInstrumentation({
  name: 'koa',
  docs: {
    title: 'Koa',
    description:
      'The route of a request with @koa/router (`http.route`, the name of its server span) and the error that it ended with; no spans of its own.',
    link: 'https://koajs.com',
  },
  addsToOthers: true,
  targets: [
    {
      module: 'koa',
      versions: '>=2.0.0 <4.0.0',
      patches: [{ file: 'lib/application.js', method: 'prototype.createContext', wrap: watchContexts }],
    },
  ],
});

interface KoaContext {
  readonly req: IncomingMessage;
  readonly method: string;
  readonly response: { readonly _explicitStatus?: boolean };
  /** Set by `@koa/router` 8 to 15 and by `koa-router`: path of the layer that ran last, mounts and prefixes included. */
  readonly _matchedRoute?: string | RegExp;
  /** All layers that match the URL. One without methods comes from `router.use`. */
  readonly matched?: readonly { readonly path: string | RegExp; readonly methods: readonly string[] }[];
}

function watchContexts(createContext: AnyFunction): AnyFunction {
  return function (this: EventEmitter, ...args: unknown[]) {
    const context = Reflect.apply(createContext, this, args) as KoaContext;
    try {
      setRoute(context.req, (statusCode) => routeOf(context, statusCode));
      watchErrors(this);
    } catch (error) {
      reportFailure(error);
    }
    return context;
  };
}

function routeOf(context: KoaContext, statusCode: number | undefined): string | undefined {
  // Koa's own 404: all that the route did was to pass the request on.
  if (statusCode === 404 && !context.response._explicitStatus) return undefined;
  const route = matchedRoute(context);
  return route instanceof RegExp ? route.source : route;
}

function matchedRoute({
  _matchedRoute: path,
  matched = [],
  method,
}: KoaContext): string | RegExp | undefined {
  const layers = matched.filter((layer) => layer.path === path);
  if (layers.length === 0 || layers.some((layer) => layer.methods.length > 0)) return path;
  // A middleware of the router answered, or (version 8) only stands behind the route: the router takes the last route for the one.
  return matched.filter((layer) => layer.methods.includes(method)).at(-1)?.path;
}

const watchedApplications = new WeakSet<EventEmitter>();

/**
 * Koa, and programs that handle errors in a middleware of their own, emit them at the application. The monitor is no listener to Koa, which
 * prints errors only while there is none.
 */
function watchErrors(application: EventEmitter): void {
  if (watchedApplications.has(application)) return;
  watchedApplications.add(application);
  application.on(errorMonitor, (error: unknown, context?: KoaContext) => {
    if (context?.req) recordRequestError(context.req, error);
  });
}
