// By hand: the channels tell of a request only when it goes to a connection, which may be long after the program's call.
import { type Active, type AnyFunction, PrivateField, telemetry } from '../../src/kit';

type Context = Active['context'];

class FirstDispatch extends PrivateField {
  #context: Context | undefined;

  /** The context of the handler's first dispatch; `active`, if this is the first. */
  static contextOf(handler: object, active: Context): Context {
    const holder = #context in handler ? handler : new FirstDispatch(handler);
    holder.#context ??= active;
    return holder.#context;
  }
}

/**
 * `dispatch` of every client, pool and agent. A request that waits for a connection, is redirected or tried again is dispatched anew
 * with the same handler, but in the context of whatever connection became free: it gets back the one of its first dispatch.
 */
export function dispatchInFirstContext(dispatch: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const handler = args[1];
    if (typeof handler !== 'object' || handler === null) return Reflect.apply(dispatch, this, args);
    const active = telemetry.activeContext();
    const first = FirstDispatch.contextOf(handler, active);
    return first === active
      ? Reflect.apply(dispatch, this, args)
      : telemetry.run(first, dispatch, this, args);
  };
}
