import type { IncomingMessage } from 'node:http';
import {
  type AnyFunction,
  defineInstrumentation,
  disguise,
  recordRequestError,
  reportFailure,
  setRoute,
} from '../src/kit';

/**
 * The patches are made by hand: no function of ours may stand below a handler, since hono prints the stacks of errors; and the exports of
 * ES modules cannot be replaced, so everything hangs on prototypes. `super()` in the class `Hono` calls the prototype of that class, which
 * can be another than its base: there an application is seen when it is made. For each request it then calls its own `getPath`, which gets the
 * environment that `@hono/node-server` makes, and looks the route up.
 */
export default defineInstrumentation({
  name: 'hono',
  docs: {
    title: 'Hono',
    description:
      'With @hono/node-server: the route of a request (`http.route`, the name of its server span) and the error that it ended with; no spans of its own.',
    link: 'https://hono.dev',
  },
  addsToOthers: true,
  targets: [
    {
      module: 'hono',
      versions: '>=4.0.0 <5.0.0',
      isEsModule: true,
      patches: ['dist', 'dist/cjs'].flatMap((directory) => [
        ...['hono.js', 'preset/quick.js', 'preset/tiny.js'].map((file) => ({
          file: `${directory}/${file}`,
          method: 'Hono.prototype.constructor',
          wrap: watchConstructor,
        })),
        { file: `${directory}/hono-base.js`, method: 'HonoBase.prototype.basePath', wrap: watchBasePath },
        { file: `${directory}/hono-base.js`, method: 'HonoBase.prototype.route', wrap: watchGrouping },
        { file: `${directory}/context.js`, method: 'Context.prototype.constructor', wrap: watchContexts },
      ]),
    },
  ],
});

interface Hono {
  getPath: AnyFunction;
  errorHandler: AnyFunction;
  readonly router: {
    match(method: string, path: string): readonly [readonly [readonly [unknown, RegisteredRoute]][]];
  };
}

/** What `app.get` registers; `app.use` does it as `ALL`, with a handler that takes `next`. */
interface RegisteredRoute {
  readonly path: string;
  readonly method: string;
  readonly handler: AnyFunction;
}

/** What `@hono/node-server` hands to the application; elsewhere it has something else. */
interface Environment {
  readonly incoming?: IncomingMessage;
}

interface HonoContext {
  readonly env?: Environment;
}

interface HonoRequest {
  readonly path: string;
  /** Which of the matching handlers ran last. */
  readonly routeIndex: number;
}

/** What an application looked up for a request. */
interface Lookup {
  readonly app: Hono;
  readonly method: string;
  readonly path: string;
  request?: HonoRequest;
}

const lookups = new WeakMap<IncomingMessage, Lookup>();
const watchedApplications = new WeakSet<object>();
/** Whether applications are being put together: then their own error handlers are compared. */
let isGrouping = false;

function watchConstructor(Hono: AnyFunction): AnyFunction {
  const Base = Object.getPrototypeOf(Hono) as AnyFunction;
  const watched = function (this: unknown, ...args: unknown[]) {
    return watchApplication(Reflect.construct(Base, args, new.target ?? watched) as Hono);
  };
  Object.setPrototypeOf(Hono, disguise(watched, Base));
  return Hono;
}

/** Makes an application of its own, by the base class. */
function watchBasePath(basePath: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    return watchApplication(groups(() => Reflect.apply(basePath, this, args)) as Hono);
  };
}

function watchGrouping(route: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    return groups(() => Reflect.apply(route, this, args));
  };
}

function groups<T>(group: () => T): T {
  const before = isGrouping;
  isGrouping = true;
  try {
    return group();
  } finally {
    isGrouping = before;
  }
}

function watchApplication(app: Hono): Hono {
  if (watchedApplications.has(app)) return app;
  watchedApplications.add(app);
  try {
    watchPaths(app);
    watchErrors(app);
  } catch (error) {
    reportFailure(error);
  }
  return app;
}

function watchPaths(app: Hono): void {
  const { getPath } = app;
  app.getPath = disguise(function (this: Hono, ...args: unknown[]) {
    const path = Reflect.apply(getPath, this, args) as string;
    const [{ method }, options] = args as [{ method: string }, { env?: Environment }?];
    const incoming = options?.env?.incoming;
    // An application mounted in another gets the request too, and knows only a part of the path.
    if (incoming && !lookups.has(incoming)) {
      const lookup = { app: this, method, path };
      lookups.set(incoming, lookup);
      setRoute(incoming, (statusCode) => routeOf(lookup, statusCode));
    }
    return path;
  }, getPath);
}

/** The route of the handler that ran last. Where hono does not tell which (before 4.6), of the first that takes no `next`. */
function routeOf({ app, method, path, request }: Lookup, statusCode: number | undefined): string | undefined {
  const matched = app.router.match(method === 'HEAD' ? 'GET' : method, path)[0].map(([[, route]]) => route);
  const route = request
    ? matched[request.routeIndex]
    : (matched.find((each) => !takesNext(each)) ?? matched.at(-1));
  if (route === undefined) return undefined;
  // A middleware; or a route that passed the request on until nobody answered.
  if (takesNext(route) && (route.method === 'ALL' || statusCode === 404)) return undefined;
  return route.path;
}

function takesNext({ handler }: RegisteredRoute): boolean {
  return innermost(handler).length > 1;
}

/** A grouped application with an error handler of its own has its handlers wrapped; hono notes the original. */
function innermost(handler: AnyFunction): AnyFunction {
  const key = Reflect.ownKeys(handler).find((each) => /composed_?handler/i.test(String(each)));
  return key === undefined
    ? handler
    : innermost((handler as unknown as Record<PropertyKey, AnyFunction>)[key]!);
}

/** `context.req` is read when a handler is about to run, except where the route has only one. */
function watchContexts(Context: AnyFunction): AnyFunction {
  const req = Object.getOwnPropertyDescriptor(Context.prototype, 'req');
  const getRequest = req?.get;
  if (getRequest) {
    Object.defineProperty(Context.prototype, 'req', {
      ...req,
      get(this: HonoContext) {
        const request = Reflect.apply(getRequest, this, []) as HonoRequest;
        const lookup = this.env?.incoming && lookups.get(this.env.incoming);
        if (lookup?.path === request.path) lookup.request ??= request;
        return request;
      },
    });
  }
  return Context;
}

/** The handler of errors is wrapped, since neither the error nor its context is seen elsewhere. */
function watchErrors(app: Hono): void {
  let handler = app.errorHandler;
  let watched = watchErrorHandler(handler);
  Object.defineProperty(app, 'errorHandler', {
    configurable: true,
    enumerable: true,
    get: () => (isGrouping ? handler : watched),
    set(value: AnyFunction) {
      handler = value;
      watched = watchErrorHandler(value);
    },
  });
}

function watchErrorHandler(handler: AnyFunction): AnyFunction {
  return disguise(function (this: unknown, ...args: unknown[]) {
    const incoming = (args[1] as HonoContext | undefined)?.env?.incoming;
    if (incoming) recordRequestError(incoming, args[0]);
    return Reflect.apply(handler, this, args);
  }, handler);
}
