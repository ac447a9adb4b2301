import type { EventEmitter } from 'node:events';
import { errorMonitor } from 'node:events';
import type { AnyFunction, Settle } from './define';
import { disguise } from './disguise';
import type { Call } from './operation';
import { telemetry } from './telemetry';

/**
 * The arguments with the last one, a callback, replaced by one that ends the operation and then runs the program's in the context
 * of the caller; the same array if there is no callback.
 */
export function withCallback(args: readonly unknown[], call: Call, end: () => void): readonly unknown[] {
  const callback = args.at(-1);
  if (typeof callback !== 'function') return args;
  const callerContext = telemetry.activeContext();
  const watched = function (this: unknown, ...results: unknown[]) {
    call.error = results[0] ?? undefined;
    call.result = results[1];
    end();
    return telemetry.run(callerContext, callback as AnyFunction, this, results);
  };
  return [...args.slice(0, -1), disguise(watched, callback as AnyFunction)];
}

/** Ends the operation when the call's result says so, and gives the program its result. */
export function settleCall(settle: Settle, call: Call, result: unknown, end: () => void): unknown {
  call.result = result;
  if (settle === 'emitter') watchEmitter(result, call, end);
  else if (settle !== 'sync' && isPromise(result)) return watchPromise(result, call, end);
  else end();
  return result;
}

/**
 * The promise that the program gets instead. A handler added to the original would make Node take a rejection for handled, so the
 * derived one is handed out; a promise of a class of its own (with methods of its own) cannot be derived and stays, its `then` watched.
 */
function watchPromise<T>(promise: Promise<T>, call: Call, end: () => void): Promise<T> {
  const fulfilled = (value: T) => {
    call.result = value;
    end();
    return value;
  };
  const rejected = (error: unknown): never => {
    call.error = error ?? null;
    end();
    throw error;
  };
  if (promise.constructor === Promise) return promise.then(fulfilled, rejected);
  const { then } = promise;
  // biome-ignore lint/suspicious/noThenProperty: a promise is what this is.
  promise.then = function (this: Promise<T>, onFulfilled?: any, onRejected?: any) {
    return then.call(
      this,
      (value: T) => {
        fulfilled(value);
        return typeof onFulfilled === 'function' ? onFulfilled(value) : value;
      },
      (error: unknown) => {
        call.error = error ?? null;
        end();
        if (typeof onRejected === 'function') return onRejected(error);
        throw error;
      },
    );
  } as Promise<T>['then'];
  return promise;
}

function watchEmitter(result: unknown, call: Call, end: () => void): void {
  const emitter = result as EventEmitter | undefined;
  if (typeof emitter?.once !== 'function') {
    end();
    return;
  }
  // The monitor does not count as a listener: an error that nobody handles stays one.
  emitter.once(errorMonitor, (error) => {
    call.error = error;
    end();
  });
  emitter.once('end', end);
  emitter.once('close', end);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function';
}
