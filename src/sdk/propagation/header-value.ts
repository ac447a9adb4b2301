import type { TextMapGetter } from '@opentelemetry/api';

/**
 * A header as one string. Carriers give a string, an array of them (a header sent more than once), or, where a
 * library hands out raw values, anything.
 *
 * @param value what the getter returned
 * @param maxChars what the reader takes at most; when the lines are longer, so is what is returned, but those behind are not looked at
 * @returns the values joined by commas, or undefined when there is no usable one
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.3
 */
export function listHeader(value: unknown, maxChars: number): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  let header: string | undefined;
  const count = Math.min(value.length, MAX_LINES);
  for (let i = 0; i < count && (header === undefined || header.length <= maxChars); i++) {
    const line: unknown = value[i];
    if (typeof line === 'string') header = header === undefined ? line : `${header},${line}`;
  }
  return header;
}

/** Of one header: Node itself reads no more than 2,000 lines of all headers together. */
const MAX_LINES = 2000;

/**
 * A header that may be sent only once.
 *
 * @param value what the getter returned
 * @returns the value, or undefined when there is none or more than one
 */
export function singleHeader(value: unknown): string | undefined {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof only === 'string' ? only : undefined;
}

/** Reads a header that may be sent only once from a carrier: by its name in lower case, else as its format spells it (brokers' keys are case-sensitive). */
export function readHeader<Carrier>(
  carrier: Carrier,
  getter: TextMapGetter<Carrier>,
  name: string,
): string | undefined {
  return singleHeader(getter.get(carrier, name.toLowerCase())) ?? singleHeader(getter.get(carrier, name));
}
