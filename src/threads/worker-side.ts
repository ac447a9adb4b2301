import type { Scope } from '../model/span-data';
import { detached, startTimer, stopTimer, type Timer } from '../model/timers';
import { channelName, type Offer } from './offer';
import { createOpenTable, openTableWriter } from './open-table';
import { readItems, type TakeItem } from './read-items';
import { awaitClaim, claimRing, createRing, isLeaving, markLeaving, markLeft, ringWriter } from './ring';
import { type Kind, labelOf, type Signal, scopeToBytes } from './scope-labels';

/** A worker's way to the exporters of the main thread. */
export interface HandOver {
  /** Hands an item over. `false` if it is for this thread to export. */
  give(signal: Signal, scope: Scope, encoded: Uint8Array): boolean;
  /** Whether something was given that the main thread has not taken charge of. */
  isInDoubt(): boolean;
  /**
   * Nobody came: what the main thread has not taken charge of comes back.
   * @param waitMillis - how long to wait for it: the thread ends.
   */
  settle(waitMillis?: number): void;
  /** Whether the thread is delivering what came back at its end. */
  isLeaving(): boolean;
  /** It has. */
  leave(): void;
  /** Lets the main thread see a span that is open. Answers its place, or `undefined`: there is none for it. */
  show(scope: Scope, encoded: Uint8Array): number | undefined;
  showAgain(place: number, scope: Scope, encoded: Uint8Array): void;
  hide(place: number): void;
  /** Whether the main thread does not care: nothing need be shown. */
  isOnItsOwn(): boolean;
}

/** Encoded items that wait for the main thread; as long as it is busy, more are dropped and counted. */
const capacityBytes = 512 * 1024;

/** What to do where the main thread does not take the items: it is untraced, or exports otherwise, or is too busy to answer. */
export interface OwnWay {
  /** Makes ready for them. Takes some 30 ms, in which the main thread may still come. */
  prepare(): void;
  takeBack: TakeItem;
}

/**
 * @param self - what the main thread must know of this one.
 * @param patienceMillis - how long it may take to answer.
 */
export function createHandOver(
  self: Omit<Offer, 'memory' | 'open'>,
  { prepare, takeBack }: OwnWay,
  patienceMillis: number,
): HandOver {
  const scopeIds = new Map<Scope, number>();
  const memory = createRing(capacityBytes);
  const open = createOpenTable();
  const ring = ringWriter(memory);
  const table = openTableWriter(open);
  let timer: Timer | undefined;
  let isOffered = false;
  let isSettled = false;
  let isOurs = false;

  return {
    give,
    isInDoubt: () => isOffered && !isSettled,
    settle,
    isLeaving: () => isLeaving(memory),
    leave: () => markLeft(memory),
    show(scope, encoded) {
      const label = labelIn('openSpans', scope);
      if (label === undefined) return undefined;
      if (!isOffered) offer();
      return table.put(label, encoded);
    },
    showAgain: (place, scope, encoded) => table.replace(place, labelIn('openSpans', scope)!, encoded),
    hide: table.clear,
    isOnItsOwn: () => isOurs,
  };

  function give(signal: Signal, scope: Scope, encoded: Uint8Array): boolean {
    if (isOurs) return false;
    const label = labelIn(signal, scope);
    if (label !== undefined && ring.write(label, encoded)) {
      if (!isOffered) offer();
      return true;
    }
    // No room. If nobody has ever read from it, this thread does not wait any longer.
    settle();
    return !isOurs;
  }

  /** The scope goes first, once. `undefined` if there is no room for it. */
  function labelIn(kind: Kind, scope: Scope): number | undefined {
    let id = scopeIds.get(scope);
    if (id === undefined) {
      id = scopeIds.size;
      if (!ring.write(labelOf('scope', id), scopeToBytes(scope))) return undefined;
      scopeIds.set(scope, id);
    }
    return labelOf(kind, id);
  }

  function offer(): void {
    isOffered = true;
    detached(() => {
      const { BroadcastChannel } = require('node:worker_threads') as typeof import('node:worker_threads');
      const channel = new BroadcastChannel(channelName);
      channel.postMessage({ ...self, memory, open } satisfies Offer);
      channel.close();
    });
    timer = startTimer(settle, patienceMillis);
  }

  function settle(waitMillis = 0): void {
    if (isSettled) return;
    isSettled = true;
    stopTimer(timer);
    if (isOffered && waitMillis > 0 && !awaitClaim(memory, waitMillis)) prepare();
    isOurs = claimRing(memory, 'worker');
    if (!isOurs) return;
    if (waitMillis > 0) markLeaving(memory);
    const reader = readItems({ memory, open }, new Map());
    reader.read(takeBack);
    reader.takeDroppedCount();
  }
}
