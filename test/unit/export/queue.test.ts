import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createQueue } from '../../../src/export/queue';

const together = 32;

/** A queue of numbers, each as many bytes as its value; `span` makes one that lasts. */
function setUp({ mayKeep = true, maxBatchBytes = 1000 } = {}) {
  const encoded: number[] = [];
  const released: number[] = [];
  let tooLarge = 0;
  const queue = createQueue<{ size: number; letGo?(): void }>({
    mayKeep,
    onTooLarge: () => tooLarge++,
    createBatch: () => ({
      count: 0,
      byteLength: 0,
      add({ size }) {
        if (this.byteLength + size > maxBatchBytes) return false;
        encoded.push(size);
        (this as { count: number }).count++;
        (this as { byteLength: number }).byteLength += size;
        return true;
      },
      encode() {
        return new Uint8Array(this.byteLength);
      },
    }),
  });
  const span = (size: number) => ({ size, letGo: () => void released.push(size) });
  const sealed = () => {
    const batches = [];
    for (let batch = queue.takeOldest(); batch; batch = queue.takeOldest())
      batches.push([batch.count, batch.body.length]);
    return batches;
  };
  return { queue, span, encoded, released, sealed, tooLarge: () => tooLarge };
}

describe('queue', () => {
  test('keeps items that last until there are enough, encodes them in order, and tells each to let go', () => {
    const { queue, span, encoded, released } = setUp();
    for (let size = 1; size < together; size++) assert.equal(queue.add(span(size)), true);
    assert.deepEqual([encoded, released], [[], []]);
    assert.deepEqual([queue.count, queue.currentCount, queue.byteLength], [together - 1, together - 1, 0]);
    queue.add(span(together));
    const all = Array.from({ length: together }, (_, i) => i + 1);
    assert.deepEqual([encoded, released], [all, all]);
    assert.equal(queue.byteLength, (together * (together + 1)) / 2);
  });

  test('encodes what is kept when it is sealed, and before an item that does not last', () => {
    const { queue, span, encoded, released, sealed } = setUp();
    queue.add(span(1));
    assert.equal(queue.add({ size: 2 }), false);
    assert.deepEqual([encoded, released], [[1, 2], [1]]);
    queue.add(span(3));
    queue.seal();
    assert.deepEqual(
      [encoded, released],
      [
        [1, 2, 3],
        [1, 3],
      ],
    );
    assert.deepEqual(sealed(), [[3, 6]]);
    assert.deepEqual([queue.count, queue.currentCount, queue.byteLength], [0, 0, 0]);
  });

  test('keeps nothing that others read too', () => {
    const { queue, span, encoded, released } = setUp({ mayKeep: false });
    assert.equal(queue.add(span(1)), false);
    assert.deepEqual([encoded, released], [[1], []]);
  });

  test('what has no room in a batch begins the next one; what has none in an empty one is refused', () => {
    const { queue, span, released, sealed, tooLarge } = setUp({ maxBatchBytes: 10 });
    for (const size of [6, 5, 11, 5]) queue.add(span(size));
    assert.equal(queue.hasFull, false, 'nothing has been encoded');
    queue.seal();
    assert.deepEqual(sealed(), [
      [1, 6],
      [1, 5],
      [1, 5],
    ]);
    assert.deepEqual([released, tooLarge()], [[6, 5, 11, 5], 1]);
    assert.deepEqual([queue.count, queue.currentCount, queue.byteLength], [0, 0, 0]);

    assert.equal(queue.add({ size: 6 }), false);
    queue.add({ size: 5 });
    assert.equal(queue.hasFull, true);
    queue.seal();
    assert.equal(queue.hasFull, false);
    assert.deepEqual(sealed(), [
      [1, 6],
      [1, 5],
    ]);
  });

  test('an item that ends while others are encoded comes to them', () => {
    const { queue, span, encoded } = setUp();
    const late = span(2);
    queue.add({ ...span(1), letGo: () => void queue.add(late) });
    queue.seal();
    assert.deepEqual(encoded, [1, 2]);
    assert.deepEqual([queue.count, queue.currentCount], [2, 0]);
  });
});
