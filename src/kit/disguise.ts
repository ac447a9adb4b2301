import type { AnyFunction } from './define';

/** Functions that are wrappers of ours: a method reached twice (CommonJS and ESM, an alias) is wrapped once. */
const wrappers = new WeakSet<AnyFunction>();

/** Whether a function is one of our wrappers. */
export function isWrapper(fn: AnyFunction): boolean {
  return wrappers.has(fn);
}

/** Gives a wrapper the looks of the function it stands for. The original itself needs none. */
export function disguise(wrapper: AnyFunction, original: AnyFunction): AnyFunction {
  if (wrapper === original) return original;
  wrappers.add(wrapper);
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'arguments' || key === 'caller') continue;
    const descriptor = Object.getOwnPropertyDescriptor(original, key)!;
    if (key === 'prototype') wrapper.prototype = original.prototype;
    else if (Object.getOwnPropertyDescriptor(wrapper, key)?.configurable ?? true) {
      Object.defineProperty(wrapper, key, descriptor);
    }
  }
  if (Object.getPrototypeOf(original) !== Function.prototype) {
    Object.setPrototypeOf(wrapper, Object.getPrototypeOf(original));
  }
  return wrapper;
}
