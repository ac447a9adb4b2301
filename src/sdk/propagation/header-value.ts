import type { TextMapGetter } from '@opentelemetry/api';

/**
 * A header as one string. Carriers give a string, an array of them (a header sent more than once), or, where a
 * library hands out raw values, anything.
 *
 * @param value what the getter returned
 * @returns the values joined by commas, or undefined when there is no usable one
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.3
 */
export function listHeader(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const lines = value.filter((line) => typeof line === 'string');
  return lines.length > 0 ? lines.join(',') : undefined;
}

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
