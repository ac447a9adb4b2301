import shimmer from 'shimmer';
import type { AnyFunction, MethodPatch } from './define';
import { disguise, isWrapper } from './disguise';
import { type Call, read, reportFailure } from './operation';
import { settleCall, withCallback } from './settle';
import { telemetry } from './telemetry';

shimmer({ logger: reportFailure });

/**
 * Replaces `holder[name]` by what `wrap` makes of it, if that is another function, with the same name, length, prototype and properties.
 * @returns false if there is no such function, or it cannot be replaced in place (an export defined by a getter).
 */
export function replaceMethod(
  holder: object,
  name: string,
  wrap: (original: AnyFunction) => AnyFunction,
): boolean {
  const original = (holder as Record<string, unknown>)[name];
  if (typeof original !== 'function') return false;
  if (isWrapper(original as AnyFunction)) return true;
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  if (descriptor && !descriptor.configurable && !descriptor.writable && !descriptor.set) return false;
  const wrapped = wrap(original as AnyFunction);
  if (wrapped === original) return true;
  const wrapper = disguise(wrapped, original as AnyFunction);
  // A namespace of import-in-the-middle: assigning sets the export; shimmer would ask it for methods of Object.
  if (Object.getPrototypeOf(holder) === null) (holder as Record<string, unknown>)[name] = wrapper;
  else shimmer.wrap(holder as Record<string, AnyFunction>, name, () => wrapper);
  return true;
}

/** A function that runs the original exactly once, inside the operation's context, and ends the operation when it settles. */
export function wrapWithOperation<C extends Call>(original: AnyFunction, patch: MethodPatch<C>): AnyFunction {
  const operation = patch.operation!;
  const settle = patch.settle ?? 'sync';
  // A promise goes on in the context of whoever waits for it; a callback does not.
  if (operation.isForRecordingOnly && settle !== 'callback' && !telemetry.isRecording) return original;
  const seen = patch.oncePer && new WeakSet<object>();

  return function (this: unknown, ...args: unknown[]) {
    const call = { self: this, args } as unknown as C;
    if (patch.when && !read(patch.when, call)) return Reflect.apply(original, this, args);
    const work = patch.oncePer && read(patch.oncePer, call);
    if (work !== undefined && seen!.has(work)) return Reflect.apply(original, this, args);
    const active = operation.start(call);
    if (active === undefined) return Reflect.apply(original, this, args);
    if (work !== undefined) seen!.add(work);

    const end = endOnce(() => operation.end(active, call));
    const passed = settle === 'callback' ? withCallback(call.args, call, end) : (call.args as unknown[]);
    let returned = false;
    try {
      const result = telemetry.run(active.context, original, this, passed as unknown[]);
      returned = true;
      // A callback decides alone; without one the result does.
      return passed === call.args ? settleCall(settle, call, result, end) : result;
    } finally {
      // Catching would make Node name this file as the origin of an uncaught error, so what was thrown stays unknown.
      if (!returned) {
        call.error = undefinedError;
        end();
      }
    }
  };
}

/** Stands for an error that was thrown through a wrapper: its `error.type` is `_OTHER`. */
const undefinedError: object = Object.create(null);

function endOnce(end: () => void): () => void {
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    end();
  };
}
