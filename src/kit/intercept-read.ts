import type { AnyFunction } from './define';

/**
 * Turns a method into a getter that takes notice of each read, and may hand out another function. Where Node itself reads the method right
 * before calling it, this sees the call without adding a frame of ours to the stack traces of the program, as a wrapper would.
 *
 * @param holder - an object or a prototype; a method assigned to it, or to an object that inherits from it, counts as ever.
 * @param onRead - gets the object that the method is read from and the method; returns the one to call. Must not throw.
 * @returns false if there is no such method, or its property cannot be redefined.
 */
export function interceptRead<T extends object>(
  holder: T,
  name: keyof T & string,
  onRead: (self: T, method: AnyFunction) => AnyFunction,
): boolean {
  let method = holder[name] as AnyFunction;
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  if (typeof method !== 'function' || descriptor?.configurable === false) return false;
  Object.defineProperty(holder, name, {
    configurable: true,
    enumerable: descriptor?.enumerable ?? false,
    get(this: T) {
      return onRead(this, method);
    },
    set(this: T, value: AnyFunction) {
      if (this === holder) method = value;
      else Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
    },
  });
  return true;
}
