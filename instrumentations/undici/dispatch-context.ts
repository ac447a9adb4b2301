// By hand: the channels tell of a request only when it goes to a connection, which may be long after the program's call.
import { type Active, type AnyFunction, telemetry } from '../../src/kit';

const contexts = new WeakMap<object, Active['context']>();

/**
 * `dispatch` of every client, pool and agent. A request that waits for a connection, is redirected or tried again is dispatched anew
 * with the same handler, but in the context of whatever connection became free: it gets back the one of its first dispatch.
 */
export function dispatchInFirstContext(dispatch: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const handler = args[1];
    if (typeof handler !== 'object' || handler === null) return Reflect.apply(dispatch, this, args);
    const active = telemetry.activeContext();
    const first = contexts.get(handler);
    if (first === undefined) contexts.set(handler, active);
    return first === undefined || first === active
      ? Reflect.apply(dispatch, this, args)
      : telemetry.run(first, dispatch, this, args);
  };
}
