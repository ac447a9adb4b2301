import type { EncodedItem } from '../model/encoded-item';
import type { Scope } from '../model/span-data';
import type { Offer } from './offer';
import { hasOpenItems, readOpenTable } from './open-table';
import { type RingReader, ringReader } from './ring';
import { type ItemKind, kindOf, scopeFromBytes, scopeIdOf } from './scope-labels';

/** Takes an item that a worker has encoded. */
export type TakeItem = (kind: ItemKind, item: EncodedItem) => void;

/** What a worker offers, as a source of items. */
export interface ItemReader extends Omit<RingReader, 'read'> {
  read(take: TakeItem, maxCount?: number): void;
  hasOpen(): boolean;
  /** Gives what is unfinished, which is as of a moment ago; to be called when the worker goes no further. */
  readOpen(take: TakeItem): void;
}

/**
 * @param scopes - by their serialized form, shared by the readers of all rings: items of one scope are to lie together in a batch, whichever worker
 * they come from.
 */
export function readItems(
  { memory, open }: Pick<Offer, 'memory' | 'open'>,
  scopes: Map<string, Scope>,
): ItemReader {
  const ring = ringReader(memory);
  const byId: Scope[] = [];
  return {
    ...ring,
    read: (take, maxCount) =>
      ring.read((label, bytes) => {
        const kind = kindOf(label);
        if (kind === 'scope') byId[scopeIdOf(label)] = known(bytes);
        else take(kind, itemOf(label, bytes));
      }, maxCount),
    hasOpen: () => hasOpenItems(open),
    readOpen: (take) => readOpenTable(open, (label, bytes) => take('openSpans', itemOf(label, bytes))),
  };

  function itemOf(label: number, encoded: Uint8Array): EncodedItem {
    return { scope: byId[scopeIdOf(label)]!, encoded };
  }

  function known(bytes: Uint8Array): Scope {
    const key = Buffer.from(bytes).toString('latin1');
    const scope = scopes.get(key) ?? scopeFromBytes(bytes);
    scopes.set(key, scope);
    return scope;
  }
}
