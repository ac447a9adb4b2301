import type { EncodedItem } from '../model/encoded-item';
import type { Scope } from '../model/span-data';
import { type RingReader, ringReader } from './ring';
import { type Signal, scopeFromBytes, scopeIdOf, signalOf } from './scope-labels';

/** Takes an item that a worker has encoded. */
export type TakeItem = (signal: Signal, item: EncodedItem) => void;

/** A ring as a source of items. */
export interface ItemReader extends Omit<RingReader, 'read'> {
  read(take: TakeItem, maxCount?: number): void;
}

/**
 * @param scopes - by their serialized form, shared by the readers of all rings: items of one scope are to lie together in a batch, whichever worker
 * they come from.
 */
export function readItems(memory: SharedArrayBuffer, scopes: Map<string, Scope>): ItemReader {
  const ring = ringReader(memory);
  const byId: Scope[] = [];
  return {
    ...ring,
    read: (take, maxCount) =>
      ring.read((label, bytes) => {
        const signal = signalOf(label);
        const id = scopeIdOf(label);
        if (signal === 'scope') byId[id] = known(bytes);
        else take(signal, { scope: byId[id]!, encoded: bytes });
      }, maxCount),
  };

  function known(bytes: Uint8Array): Scope {
    const key = Buffer.from(bytes).toString('latin1');
    const scope = scopes.get(key) ?? scopeFromBytes(bytes);
    scopes.set(key, scope);
    return scope;
  }
}
