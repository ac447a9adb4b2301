import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { log, messageOf } from '../../diag/log';

/**
 * The value as it is recorded: cut to `maxLength`, arrays copied (the caller may change them later).
 * `undefined` for what is no attribute value (objects, functions, mixed arrays): it is dropped, as the specification asks.
 */
export function limitedValue(value: unknown, maxLength: number): AttributeValue | undefined {
  switch (typeof value) {
    case 'string':
      return value.length > maxLength ? value.slice(0, maxLength) : value;
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      return Array.isArray(value) ? limitedArray(value, maxLength) : undefined;
    default:
      return undefined;
  }
}

function limitedArray(values: readonly unknown[], maxLength: number): AttributeValue | undefined {
  let type: string | undefined;
  const copy: unknown[] = [];
  for (const value of values) {
    if (value === null || value === undefined) {
      copy.push(null);
      continue;
    }
    const itemType = typeof value;
    type ??= itemType;
    if (itemType !== type || (type !== 'string' && type !== 'number' && type !== 'boolean')) return undefined;
    copy.push(type === 'string' ? (value as string).slice(0, maxLength) : value);
  }
  return copy as AttributeValue;
}

/** Attributes of an event or a link within their limits, and how many were dropped. */
export function limitedAttributes(
  attributes: Attributes | undefined,
  maxCount: number,
  maxLength: number,
): { attributes: Attributes; dropped: number } {
  const kept: Attributes = {};
  let count = 0;
  let dropped = 0;
  try {
    for (const key of Object.keys(attributes ?? {})) {
      const value = key === '' ? undefined : limitedValue(attributes![key], maxLength);
      if (value === undefined) continue;
      if (count < maxCount) {
        kept[key] = value;
        count++;
      } else dropped++;
    }
  } catch (error) {
    tellUnreadable(error);
  }
  return { attributes: kept, dropped };
}

/** What a getter of the program throws costs the attributes behind it, not the call. */
export function tellUnreadable(error: unknown): void {
  log.warnOnce(`attributes of a span cannot be read: ${messageOf(error)}`);
}
