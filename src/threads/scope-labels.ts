import type { Scope } from '../model/span-data';

/** What goes from a worker to the main thread, as the number that its frames carry. */
export const signals = { scope: 0, spans: 1, logs: 2 } as const;

export type Signal = Exclude<keyof typeof signals, 'scope'>;

const idBits = 24;

/** The label of a frame: which signal, and the number of its scope. */
export function labelOf(signal: keyof typeof signals, scopeId: number): number {
  return ((signals[signal] << idBits) | scopeId) >>> 0;
}

export function signalOf(label: number): keyof typeof signals {
  const number = label >>> idBits;
  return number === signals.spans ? 'spans' : number === signals.logs ? 'logs' : 'scope';
}

export function scopeIdOf(label: number): number {
  return label & ((1 << idBits) - 1);
}

/** A scope as a frame: sent once, before the first item that names it. */
export function scopeToBytes({ name, version, schemaUrl }: Scope): Uint8Array {
  return Buffer.from(JSON.stringify([name, version, schemaUrl]));
}

export function scopeFromBytes(bytes: Uint8Array): Scope {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const [name, version, schemaUrl] = JSON.parse(text) as [string, string | null, string | null];
  return { name, version: version ?? undefined, schemaUrl: schemaUrl ?? undefined };
}
