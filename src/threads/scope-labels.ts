import type { Scope } from '../model/span-data';

/** What goes from a worker to the main thread, as the number that its frames carry. */
export const kinds = ['scope', 'spans', 'logs', 'metrics', 'openSpans'] as const;

export type Kind = (typeof kinds)[number];
export type ItemKind = Exclude<Kind, 'scope'>;
export type Signal = Exclude<ItemKind, 'openSpans'>;

const idBits = 24;

/** The label of a frame: what it is, and the number of its scope. */
export function labelOf(kind: Kind, scopeId: number): number {
  return (kinds.indexOf(kind) << idBits) | scopeId;
}

/** What a frame with this label holds. */
export function kindOf(label: number): Kind {
  return kinds[label >>> idBits]!;
}

/** The number of the scope that an item belongs to. */
export function scopeIdOf(label: number): number {
  return label & ((1 << idBits) - 1);
}

/** A scope as a frame: sent once, before the first item that names it. */
export function scopeToBytes({ name, version, schemaUrl }: Scope): Uint8Array {
  return Buffer.from(JSON.stringify([name, version, schemaUrl]));
}

/** What {@link scopeToBytes} wrote. */
export function scopeFromBytes(bytes: Uint8Array): Scope {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const [name, version, schemaUrl] = JSON.parse(text) as [string, string | null, string | null];
  return { name, version: version ?? undefined, schemaUrl: schemaUrl ?? undefined };
}
