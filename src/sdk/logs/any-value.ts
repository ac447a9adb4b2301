import type { AnyValue } from '../../model/log-record';

/** Deeper than this, and in more values than that, nobody reads a log record. */
const maxDepth = 8;
const maxValues = 10_000;

/**
 * Anything as an `AnyValue` (OpenTelemetry specification, "AnyValue"): what that does not know becomes what JSON would make of it; bytes stay bytes,
 * errors become their stack, and cycles and what is too deep a word in brackets. Getters and `toJSON` of the program run; one that throws costs the value.
 *
 * @param maxLength - characters kept of each string, bytes kept of each byte array.
 * @returns `undefined` for what has no value: functions, symbols, `undefined`.
 */
export function anyValue(value: unknown, maxLength = Number.POSITIVE_INFINITY): AnyValue | undefined {
  return typeof value === 'object' && value !== null ? tree(value, maxLength) : scalar(value, maxLength);
}

function scalar(value: unknown, maxLength: number): AnyValue | undefined {
  switch (typeof value) {
    case 'string':
      return value.length > maxLength ? value.slice(0, maxLength) : value;
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : scalar(value.toString(), maxLength);
    default:
      return value === null ? null : undefined;
  }
}

function tree(root: object, maxLength: number): AnyValue | undefined {
  const ancestors: object[] = [];
  let count = 0;
  try {
    return convert(root);
  } catch {
    return undefined;
  }

  function convert(value: unknown): AnyValue | undefined {
    if (++count > maxValues) return undefined;
    return typeof value === 'object' && value !== null ? convertObject(value) : scalar(value, maxLength);
  }

  function convertObject(value: object): AnyValue | undefined {
    if (ArrayBuffer.isView(value)) return bytesOf(value);
    if (value instanceof Error) return scalar(String(value.stack ?? value), maxLength);
    if (ancestors.includes(value)) return '[Circular]';
    if (ancestors.length >= maxDepth) return Array.isArray(value) ? '[Array]' : '[Object]';
    ancestors.push(value);
    try {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === 'function') return convert(toJSON.call(value));
      if (Array.isArray(value) || value instanceof Set) return convertItems(value);
      return convertPairs(value instanceof Map ? value : Object.entries(value));
    } finally {
      ancestors.pop();
    }
  }

  function convertItems(items: Iterable<unknown>): AnyValue {
    const array: AnyValue[] = [];
    for (const item of items) {
      if (count >= maxValues) break;
      array.push(convert(item) ?? null);
    }
    return array;
  }

  function convertPairs(pairs: Iterable<readonly [unknown, unknown]>): AnyValue {
    const map: Record<string, AnyValue> = Object.create(null);
    for (const [key, item] of pairs) {
      const converted = convert(item);
      if (converted !== undefined) map[String(key)] = converted;
    }
    return map;
  }

  function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
    return new Uint8Array(buffer, byteOffset, Math.min(byteLength, maxLength));
  }
}
