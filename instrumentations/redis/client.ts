import { type AnyFunction, createOwnWork, telemetry } from '../../src/kit';
import type { RedisServer } from '../../src/kit/databases';

/** What a client shows of itself. */
export interface Client {
  readonly options?: { readonly socket?: RedisServer; readonly database?: number };
  /** redis 5: the client behind the objects that `withCommandOptions` and others make. */
  readonly _self?: Client;
}

export type CommandArguments = readonly unknown[];

const ownWork = createOwnWork();

/** Sent while connecting, as a heartbeat, or to learn of a cluster. Anything else is the program's, from a listener. */
const ownCommands = new Set<unknown>(['AUTH', 'CLIENT', 'CLUSTER', 'PING', 'READONLY', 'SELECT', 'SENTINEL']);

/** Whether the client itself sends this command, while it connects: nobody called for it. */
export function isOwn(args: CommandArguments): boolean {
  return ownWork.isActive() && ownCommands.has(args[0]);
}

/** The client whose `connect` runs. */
export let connecting: Client | undefined;

/** Runs `connect` as the client's own work, and says whose while it runs ({@link connecting}). */
export function connectAsOwnWork(connect: AnyFunction): AnyFunction {
  return function (this: Client, ...args: unknown[]) {
    connecting = this;
    try {
      return ownWork.run(connect, this, args);
    } finally {
      connecting = undefined;
    }
  };
}

/** What runs inside makes no spans of commands that clients send on their own account. */
export function runAsOwnWork(original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    return ownWork.run(original, this, args);
  };
}

/** A task that waits for a free client runs when another caller's ends. */
export function bindTask(execute: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const [task] = args;
    if (typeof task !== 'function') return Reflect.apply(execute, this, args);
    const caller = telemetry.activeContext();
    const inCaller = (client: unknown) => telemetry.run(caller, task as AnyFunction, undefined, [client]);
    return Reflect.apply(execute, this, [inCaller, ...args.slice(1)]);
  };
}

/** Databases selected since the client was made. */
const selected = new WeakMap<Client, number>();

/** The index that the client works on: the last that `SELECT` went to, else that of its options, else 0. */
export function databaseOf(client: Client | undefined): number {
  return (client && selected.get(client._self ?? client)) ?? client?.options?.database ?? 0;
}

/** Notes the index once the server has agreed to it. */
export function rememberDatabase(select: AnyFunction): AnyFunction {
  return function (this: Client, ...args: unknown[]) {
    const reply = Reflect.apply(select, this, args);
    if (!(reply instanceof Promise)) return reply;
    return reply.then((value) => {
      selected.set(this._self ?? this, Number(args.at(-1)));
      return value;
    });
  };
}
