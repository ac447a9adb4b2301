import { isResourceComplete } from '../model/resource';
import type { Batch } from './batch';

/** A batch to which nothing is added any more. */
export interface Sealed {
  readonly body: Uint8Array;
  readonly count: number;
  /** On the monotonic clock. */
  firstSentMillis?: number;
  /** An attempt left whole and got no answer. */
  mayHaveArrived?: boolean;
  /** Where it was read from; it is then in nobody's accounts. */
  readonly file?: SpooledBatch;
}

/** The file of a batch that this process has claimed. */
export interface SpooledBatch {
  /** The batch is delivered, or nobody will ever take it. */
  remove(): void;
  /** Somebody else, or a later run, may try. */
  putBack(): void;
}

/** Encoded items that wait: sealed batches, the oldest first, and the one that is being filled. */
export interface Queue<T> {
  readonly count: number;
  readonly byteLength: number;
  /** Items in the batch that is being filled. */
  readonly currentCount: number;
  readonly sealedCount: number;
  /** `false` if the batch has no room for it. */
  add(item: T): boolean;
  /** Until the resource is complete, batches stay open for what it still gets, unless `now` is the last moment. */
  seal(now?: boolean): void;
  takeOldest(): Sealed | undefined;
  /** In front of the others. */
  putBack(batch: Sealed): void;
}

/** @param createBatch - makes the next batch to fill. */
export function createQueue<T>(createBatch: () => Batch<T>): Queue<T> {
  let current: Batch<T> | undefined;
  /** Batches to which nothing is added any more, but which the resource is not complete for. */
  let unsealed: Batch<T>[] = [];
  const sealed: Sealed[] = [];
  // The numbers are asked for at every item: fields, which V8 reads in place, where it would call accessors.
  const queue = { count: 0, byteLength: 0, currentCount: 0, sealedCount: 0, add, seal, takeOldest, putBack };
  return queue;

  function add(item: T): boolean {
    current ??= createBatch();
    const before = current.count > 0 ? current.byteLength : 0;
    if (!current.add(item)) return false;
    queue.currentCount = current.count;
    queue.count++;
    queue.byteLength += current.byteLength - before;
    return true;
  }

  function seal(now = false): void {
    if (current?.count) {
      unsealed.push(current);
      current = undefined;
      queue.currentCount = 0;
    }
    if (unsealed.length === 0 || !(now || isResourceComplete())) return;
    for (const each of unsealed) {
      const body = each.encode();
      queue.byteLength += body.byteLength - each.byteLength;
      sealed.push({ body, count: each.count });
    }
    queue.sealedCount = sealed.length;
    unsealed = [];
  }

  function takeOldest(): Sealed | undefined {
    const batch = sealed.shift();
    if (batch) account(batch, -1);
    return batch;
  }

  function putBack(batch: Sealed): void {
    sealed.unshift(batch);
    account(batch, 1);
  }

  function account({ body, count }: Sealed, sign: 1 | -1): void {
    queue.sealedCount = sealed.length;
    queue.count += sign * count;
    queue.byteLength += sign * body.byteLength;
  }
}
