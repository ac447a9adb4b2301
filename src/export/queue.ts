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
  let sealedItems = 0;
  let sealedBytes = 0;

  return {
    get count() {
      return sealedItems + countOf(unsealed) + (current?.count ?? 0);
    },
    get byteLength() {
      return sealedBytes + bytesOf(unsealed) + (current?.count ? current.byteLength : 0);
    },
    get currentCount() {
      return current?.count ?? 0;
    },
    get sealedCount() {
      return sealed.length;
    },
    add(item) {
      current ??= createBatch();
      return current.add(item);
    },
    seal(now = false) {
      if (current?.count) {
        unsealed.push(current);
        current = undefined;
      }
      if (unsealed.length === 0 || !(now || isResourceComplete())) return;
      for (const each of unsealed) {
        const batch = { body: each.encode(), count: each.count };
        sealed.push(batch);
        account(batch, 1);
      }
      unsealed = [];
    },
    takeOldest() {
      const batch = sealed.shift();
      if (batch) account(batch, -1);
      return batch;
    },
    putBack(batch) {
      sealed.unshift(batch);
      account(batch, 1);
    },
  };

  function account({ body, count }: Sealed, sign: 1 | -1): void {
    sealedItems += sign * count;
    sealedBytes += sign * body.byteLength;
  }
}

function countOf(batches: readonly Batch<never>[]): number {
  let count = 0;
  for (const batch of batches) count += batch.count;
  return count;
}

function bytesOf(batches: readonly Batch<never>[]): number {
  let bytes = 0;
  for (const batch of batches) bytes += batch.byteLength;
  return bytes;
}
