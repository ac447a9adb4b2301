import type { Scope } from '../model/span-data';
import { startTimer, stopTimer, type Timer } from '../model/timers';
import { channelName, type Offer } from './offer';
import { readItems, type TakeItem } from './read-items';
import { claimRing, createRing, ringWriter } from './ring';
import { labelOf, type Signal, scopeToBytes } from './scope-labels';

/** A worker's way to the exporters of the main thread. */
export interface HandOver {
  /** Hands an item over. `false` if it is for this thread to export. */
  give(signal: Signal, scope: Scope, encoded: Uint8Array): boolean;
  /** Whether something was given that the main thread has not taken charge of. */
  isInDoubt(): boolean;
  /** The thread ends, or nobody came: what the main thread has not taken charge of comes back to `takeBack`. */
  settle(): void;
}

/** Encoded items that wait for the main thread; as long as it is busy, more are dropped and counted. */
const capacityBytes = 512 * 1024;

/**
 * @param self - what the main thread must know of this one.
 * @param takeBack - gets the items that the main thread has not asked for: it is untraced, or exports otherwise, or is too busy to answer.
 * @param patienceMillis - how long it may take to answer.
 */
export function createHandOver(
  self: Omit<Offer, 'memory'>,
  takeBack: TakeItem,
  patienceMillis: number,
): HandOver {
  const scopeIds = new Map<Scope, number>();
  const memory = createRing(capacityBytes);
  const ring = ringWriter(memory);
  let timer: Timer | undefined;
  let isOffered = false;
  let isSettled = false;
  let isOurs = false;

  return { give, isInDoubt: () => isOffered && !isSettled, settle };

  function give(signal: Signal, scope: Scope, encoded: Uint8Array): boolean {
    if (isOurs) return false;
    if (write(signal, scope, encoded)) {
      if (!isOffered) offer();
      return true;
    }
    // No room. If nobody has ever read from it, this thread does not wait any longer.
    settle();
    return !isOurs;
  }

  function write(signal: Signal, scope: Scope, encoded: Uint8Array): boolean {
    let id = scopeIds.get(scope);
    if (id === undefined) {
      id = scopeIds.size;
      if (!ring.write(labelOf('scope', id), scopeToBytes(scope))) return false;
      scopeIds.set(scope, id);
    }
    return ring.write(labelOf(signal, id), encoded);
  }

  function offer(): void {
    isOffered = true;
    const { BroadcastChannel } = require('node:worker_threads') as typeof import('node:worker_threads');
    const channel = new BroadcastChannel(channelName);
    channel.postMessage({ ...self, memory } satisfies Offer);
    channel.close();
    timer = startTimer(settle, patienceMillis);
  }

  function settle(): void {
    if (isSettled) return;
    isSettled = true;
    stopTimer(timer);
    isOurs = claimRing(memory, 'worker');
    if (!isOurs) return;
    const reader = readItems(memory, new Map());
    reader.read(takeBack);
    reader.takeDroppedCount();
  }
}
