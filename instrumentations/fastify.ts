import type { IncomingMessage } from 'node:http';
import { type AnyFunction, defineInstrumentation, disguise, recordRequestError, setRoute } from '../src/kit';

/**
 * The patches are made by hand, so that neither a hook of ours appears among the program's nor a function of ours in the stacks of its
 * errors: fastify makes an object for each request from the raw request and the route that it found, before any hook runs.
 */
export default defineInstrumentation({
  name: 'fastify',
  docs: {
    title: 'Fastify',
    description:
      'The route of a request (`http.route`, the name of its server span) and the error that it ended with; no spans of its own.',
    link: 'https://fastify.dev',
  },
  addsToOthers: true,
  targets: [
    {
      module: 'fastify',
      versions: '>=4.0.0 <6.0.0',
      patches: [
        { file: 'lib/request.js', method: '', wrap: watchRequestClass },
        { file: 'lib/request.js', method: 'buildRequest', wrap: watchRequestClasses },
        { file: 'lib/error-handler.js', method: 'handleError', wrap: noteErrors },
      ],
    },
  ],
});

/** What a route is made of; that of the handler of 404 has no URL. */
interface RouteContext {
  readonly config?: { readonly url?: string };
}

/** A scope whose requests are decorated has a class of its own; the others share the first. */
function watchRequestClasses(buildRequest: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    return watchRequestClass(Reflect.apply(buildRequest, this, args) as AnyFunction);
  };
}

function watchRequestClass(Request: AnyFunction): AnyFunction {
  const watched = function (this: object, ...args: unknown[]) {
    const [, , raw, , , context] = args as [
      unknown,
      unknown,
      IncomingMessage,
      unknown,
      unknown,
      RouteContext?,
    ];
    if (raw) setRoute(raw, context?.config?.url);
    return Reflect.construct(Request, args, new.target ?? watched);
  };
  return disguise(watched, Request);
}

function noteErrors(handleError: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const [reply, error] = args as [{ readonly request: { readonly raw: object } }, unknown];
    recordRequestError(reply.request.raw, error);
    return Reflect.apply(handleError, this, args);
  };
}
