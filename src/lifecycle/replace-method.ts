type Method = (...args: never[]) => unknown;

/**
 * Puts a method in the place of another so that name, length and enumerability stay.
 *
 * @param wrap - makes the new method of the original.
 */
export function replaceMethod<T extends object, K extends keyof T>(
  target: T,
  name: K,
  wrap: (original: T[K]) => T[K],
): void {
  const original = target[name];
  const replacement = wrap(original);
  for (const property of ['name', 'length'] as const) {
    const value = (original as Method)[property];
    Object.defineProperty(replacement, property, { value, configurable: true });
  }
  Object.defineProperty(target, name, {
    configurable: true,
    writable: true,
    enumerable: Object.getOwnPropertyDescriptor(target, name)?.enumerable ?? false,
    value: replacement,
  });
}
