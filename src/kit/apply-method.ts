import type { AnyFunction, MethodPatch } from './define';
import { disguise, isWrapper } from './disguise';
import { replaceMethod, wrapWithOperation } from './wrap-method';

/**
 * Applies one patch to what a module exports: an object, a function with properties, or an ES module's namespace.
 * @returns the exports to use from now on; `undefined` if the method is not there.
 */
export function applyMethodPatch(exports: unknown, patch: MethodPatch, version: string): unknown {
  const wrap = (original: AnyFunction) =>
    patch.wrap ? patch.wrap(original, { version }) : wrapWithOperation(original, patch);
  const path = patch.method.split('.');
  const name = path.pop()!;

  if (name === '' && typeof exports === 'function') return wrapExports(exports as AnyFunction, wrap);
  const holder = follow(exports, path);
  if (holder !== undefined && replaceMethod(holder, name, wrap)) return exports;
  // A function with such properties has no copy that could stand in for it.
  if (
    holder === exports &&
    typeof exports === 'object' &&
    typeof (holder as Record<string, unknown>)[name] === 'function'
  ) {
    return withReplacedExport(exports as object, name, wrap);
  }
  const inDefault = follow((exports as { default?: unknown } | null | undefined)?.default, path);
  return inDefault !== undefined && replaceMethod(inDefault, name, wrap) ? exports : undefined;
}

function follow(start: unknown, path: readonly string[]): object | undefined {
  let value = start;
  for (const name of path) value = (value as Record<string, unknown> | undefined | null)?.[name];
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? value : undefined;
}

/** `module.exports = function` itself, written as an empty method name. */
function wrapExports(original: AnyFunction, wrap: (original: AnyFunction) => AnyFunction): AnyFunction {
  return isWrapper(original) ? original : disguise(wrap(original), original);
}

/** Exports defined by getters (TypeScript, esbuild) cannot be redefined: a copy with the one replaced stands in for them. */
function withReplacedExport(
  exports: object,
  name: string,
  wrap: (original: AnyFunction) => AnyFunction,
): object {
  const original = (exports as Record<string, AnyFunction>)[name]!;
  const descriptors = Object.getOwnPropertyDescriptors(exports) as PropertyDescriptorMap;
  descriptors[name] = {
    value: disguise(wrap(original), original),
    enumerable: true,
    configurable: true,
    writable: true,
  };
  return Object.create(Object.getPrototypeOf(exports), descriptors);
}
