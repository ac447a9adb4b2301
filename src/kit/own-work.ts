import type { AnyFunction } from './define';
import { type Context, telemetry } from './telemetry';

/** What a library does on its own account: connecting, reconnecting, heartbeats, discovery. */
export interface OwnWork {
  /** Calls `fn` outside the caller's trace; what it starts, timers and sockets included, is the library's own work too. */
  run(fn: AnyFunction, self: unknown, args: readonly unknown[]): unknown;
  /** Whether the code under way is own work. False where the program started a span of its own in it. */
  isActive(): boolean;
}

/**
 * A client made or reconnected inside a request would tie its socket and its timers to that request's trace, and keep the request in
 * memory. One for each library, so that a call to another library from within is still the program's.
 */
export function createOwnWork(): OwnWork {
  let context: Context | undefined;
  return {
    run(fn, self, args) {
      // Where its spans are nobody's, outside a request is enough. Below Node.js 24, the first context entered costs every promise from then on.
      if (!telemetry.isRecording && telemetry.activeContext() === telemetry.rootContext)
        return Reflect.apply(fn, self, args);
      context ??= telemetry.rootContext.setValue(Symbol('own work'), true);
      return telemetry.run(context, fn, self, args as unknown[]);
    },
    isActive: () => context !== undefined && telemetry.activeContext() === context,
  };
}
