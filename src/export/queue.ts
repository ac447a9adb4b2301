import { isLasting, type Lasting } from '../model/lasting';
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

/** Items that wait: sealed batches, the oldest first, the one that is being filled, and a few that are not encoded yet. */
export interface Queue<T> {
  readonly count: number;
  /** Of what is encoded. */
  readonly byteLength: number;
  /** Items that are in no sealed batch. */
  readonly currentCount: number;
  readonly sealedCount: number;
  /** Whether a batch has no room in bytes for what came after it. */
  readonly hasFull: boolean;
  /** @returns whether the item is kept, to be encoded with others. */
  add(item: T): boolean;
  /** Until the resource is complete, batches stay open for what it still gets, unless `now` is the last moment. */
  seal(now?: boolean): void;
  takeOldest(): Sealed | undefined;
  /** In front of the others. */
  putBack(batch: Sealed): void;
}

/** How a queue is filled. */
export interface QueueOptions<T> {
  /** Makes the next batch to fill. */
  readonly createBatch: () => Batch<T>;
  /** Told of each item that not even an empty batch has room for; it is not in the queue. */
  readonly onTooLarge: () => void;
  /** Whether items that last may be kept for a while: nobody else reads them. */
  readonly mayKeep?: boolean | undefined;
}

/**
 * Spans that are encoded together. By the time the next span ends, a program has driven the encoder out of the processor's first caches: for each
 * request of the bench's Express program it missed them 1,300 times, and misses them 180 times where 32 spans are encoded one after the other
 * (callgrind with `--cache-sim=yes`, 32 KB, Node.js 20).
 */
const together = 32;

/** Makes an empty queue. */
export function createQueue<T>({ createBatch, onTooLarge, mayKeep = false }: QueueOptions<T>): Queue<T> {
  /** Not encoded yet: the first `keptCount`. An array that got shorter would have to grow anew each time. */
  const kept: ((T & Lasting) | undefined)[] = [];
  let keptCount = 0;
  let isEncoding = false;
  let current: Batch<T> | undefined;
  /** Batches to which nothing is added any more, but which the resource is not complete for. */
  let unsealed: Batch<T>[] = [];
  const sealed: Sealed[] = [];
  // The numbers are asked for at every item: fields, which V8 reads in place, where it would call accessors.
  const queue = {
    ...{ count: 0, byteLength: 0, currentCount: 0, sealedCount: 0, hasFull: false },
    ...{ add, seal, takeOldest, putBack },
  };
  return queue;

  function add(item: T): boolean {
    queue.count++;
    queue.currentCount++;
    if (mayKeep && isLasting(item)) {
      kept[keptCount++] = item;
      if (keptCount >= together) encodeKept();
      return true;
    }
    encodeKept();
    encode(item);
    return false;
  }

  /** What a trace state of the program's ends while it is written comes to those that are encoded. */
  function encodeKept(): void {
    if (isEncoding) return;
    isEncoding = true;
    try {
      for (let i = 0; i < keptCount; i++) {
        const item = kept[i]!;
        kept[i] = undefined;
        encode(item);
        item.letGo();
      }
    } finally {
      keptCount = 0;
      isEncoding = false;
    }
  }

  function encode(item: T): void {
    if (addTo((current ??= createBatch()), item)) return;
    if (current.count > 0) {
      queue.hasFull = true;
      unsealed.push(current);
      current = createBatch();
      if (addTo(current, item)) return;
    }
    queue.count--;
    queue.currentCount--;
    onTooLarge();
  }

  function addTo(batch: Batch<T>, item: T): boolean {
    const before = batch.count > 0 ? batch.byteLength : 0;
    if (!batch.add(item)) return false;
    queue.byteLength += batch.byteLength - before;
    return true;
  }

  function seal(now = false): void {
    encodeKept();
    if (current?.count) {
      unsealed.push(current);
      current = undefined;
    }
    queue.currentCount = 0;
    queue.hasFull = false;
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
