import type { Attributes } from '@opentelemetry/api';
import { limitedAttributes } from '../trace/limits';

/** The empty set. */
export const noAttributes: Attributes = Object.freeze({});

/** A text that two sets of attributes share exactly if they are equal, in whatever order they were written. */
export function attributesKey(attributes: Attributes): string {
  const keys = Object.keys(attributes);
  if (!isSorted(keys)) keys.sort();
  let text = '';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const value = valueKey(attributes[key]);
    // Lengths, so that no text of a client can pose as the end of another.
    if (value && key) text += `${key.length}:${key}${value}`;
  }
  return text;
}

/** Empty for what is no attribute value. */
function valueKey(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return `n${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    default: {
      const json = Array.isArray(value) ? JSON.stringify(value) : '';
      return json && `j${json.length}:${json}`;
    }
  }
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return false;
  return true;
}

/** A copy that the program cannot change afterwards, without what is no attribute: one value that cannot be encoded would cost the whole metric. */
export function copyAttributes(attributes: Attributes): Attributes {
  return limitedAttributes(attributes, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).attributes;
}

/** Decides by its key whether an attribute stays on a point. */
export type AttributeFilter = (key: string) => boolean;

/** The attributes that `filter` lets pass, or with `inverted` the others. */
export function filterAttributes(
  attributes: Attributes,
  filter: AttributeFilter,
  inverted = false,
): Attributes {
  const kept: Attributes = {};
  for (const key of Object.keys(attributes)) if (filter(key) !== inverted) kept[key] = attributes[key]!;
  return kept;
}
