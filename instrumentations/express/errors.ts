import type { ServerResponse } from 'node:http';
import { type AnyFunction, recordRequestError } from '../../src/kit';
import { followEnd, routingOf } from './routing';
import type { ExpressRequest } from './types';

/** Patches what is called on every layer that an error passes; error handlers run below it. */
export function noteErrors(handleError: AnyFunction): AnyFunction {
  return function (this: unknown, error: unknown, request: object, ...rest: unknown[]) {
    recordRequestError(request, error);
    return Reflect.apply(handleError, this, [error, request, ...rest]);
  };
}

/** Patches `finalhandler`: what it makes is called when nothing answered, or nothing handled an error. */
export function watchFinalHandler(finalHandler: AnyFunction): AnyFunction {
  return function (this: unknown, request: ExpressRequest, response: ServerResponse, ...rest: unknown[]) {
    const done = Reflect.apply(finalHandler, this, [request, response, ...rest]) as AnyFunction;
    return function (this: unknown, error: unknown) {
      const routing = routingOf(request);
      if (routing && !response.headersSent) followEnd(routing, error);
      if (error) recordRequestError(request, error);
      return Reflect.apply(done, this, [error]);
    };
  };
}
