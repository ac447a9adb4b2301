import { toEntries } from '../../../model/attribute-list';
import type { EndedSpan } from '../../../model/ended-span';

/** Of the objects that hold a span, an event or a link, and an attribute. */
const spanBytes = 512;
const itemBytes = 160;
const attributeBytes = 24;

/** About how much memory an ended span takes. Characters count as one byte: V8 holds most texts so. */
export function approximateBytes({ name, attributes, events, links }: EndedSpan): number {
  let bytes = spanBytes + name.length;
  for (const [key, value] of toEntries(attributes)) bytes += key.length + valueBytes(value);
  for (const event of events) bytes += itemBytes + event.name.length + mapBytes(event.attributes);
  for (const link of links) bytes += itemBytes + mapBytes(link.attributes);
  return bytes;
}

function mapBytes(attributes: Readonly<Record<string, unknown>> | undefined): number {
  let bytes = 0;
  if (attributes === undefined) return 0;
  for (const key of Object.keys(attributes)) bytes += key.length + valueBytes(attributes[key]);
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return attributeBytes + value.length;
  if (!Array.isArray(value)) return attributeBytes;
  return value.reduce<number>((sum, item) => sum + valueBytes(item), attributeBytes);
}
