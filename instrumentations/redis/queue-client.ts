import type { AnyFunction } from '../../src/kit';
import { type Client, connecting } from './client';

// redis 4 alone: a queue does not say which client it is of.

/** A client makes a queue and a socket in one go, in this or the other order, and later connects the socket. */
interface Parts {
  client?: Client;
}

const partsOf = new WeakMap<object, Parts>();
let unpaired: { readonly name: string; readonly parts: Parts } | undefined;

/** Pairs the queue and the socket that one client makes one after the other. */
export function constructPart(name: 'queue' | 'socket', Original: AnyFunction): AnyFunction {
  return function (...args: unknown[]) {
    const made = Reflect.construct(Original, args, new.target ?? Original) as object;
    const pair = unpaired !== undefined && unpaired.name !== name ? unpaired : undefined;
    const parts = pair?.parts ?? {};
    unpaired = pair ? undefined : { name, parts };
    partsOf.set(made, parts);
    return made;
  };
}

/** Tells the parts whose they are: the socket's `connect` is called by the client's own. */
export function joinClient(connect: AnyFunction): AnyFunction {
  return function (this: object, ...args: unknown[]) {
    const parts = partsOf.get(this);
    if (parts && connecting) parts.client = connecting;
    return Reflect.apply(connect, this, args);
  };
}

/** The client of a queue, once it has connected. */
export function clientOf(queue: object): Client | undefined {
  return partsOf.get(queue)?.client;
}
