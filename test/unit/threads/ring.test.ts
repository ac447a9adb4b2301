import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import {
  awaitLeaving,
  claimRing,
  createRing,
  isLeaving,
  markLeaving,
  markLeft,
  ringReader,
  ringWriter,
} from '../../../src/threads/ring';

const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (seed + i) & 255);

test('frames come out as they went in, in order, also across the end of the memory', () => {
  const memory = createRing(256);
  const writer = ringWriter(memory);
  const reader = ringReader(memory);
  let seed = 0;
  for (let round = 0; round < 500; round++) {
    const sent: [number, Uint8Array][] = [];
    for (let i = 0; i < 3; i++) {
      const frame = bytes((round * 7 + i * 13) % 60, seed++);
      assert.ok(writer.write(0xff000000 + seed, frame));
      sent.push([0xff000000 + seed, frame]);
    }
    assert.equal(reader.isEmpty(), false);
    const received: [number, Uint8Array][] = [];
    reader.read((label, frame) => received.push([label, frame]));
    assert.deepEqual(received, sent);
    assert.equal(reader.isEmpty(), true);
  }
});

test('a frame that has no room is dropped and counted; the last that fits is taken', () => {
  const memory = createRing(64);
  const writer = ringWriter(memory);
  const reader = ringReader(memory);
  assert.equal(writer.write(1, bytes(57, 0)), false);
  assert.equal(writer.write(2, bytes(56, 1)), true);
  assert.equal(reader.isEmpty(), false);
  assert.equal(writer.write(3, bytes(0, 2)), false);
  assert.equal(reader.takeDroppedCount(), 2);
  assert.equal(reader.takeDroppedCount(), 0);
  const labels: number[] = [];
  reader.read((label) => labels.push(label));
  assert.deepEqual(labels, [2]);
  assert.equal(writer.write(4, bytes(56, 3)), true);
});

test('positions may run over 2^32', () => {
  const memory = createRing(64);
  const head = new Int32Array(memory);
  head[0] = head[1] = -16;
  // A writer begins where it begins; one that has gone on for long is stood in for by a ring whose positions are moved.
  const reader = ringReader(memory);
  head[0] = 8;
  assert.equal(reader.isEmpty(), false);
  let count = 0;
  reader.read((_label, frame) => (count += 1 + frame.length));
  assert.equal(count, 3);
  assert.equal(reader.isEmpty(), true);
});

test('only one side reads', () => {
  const memory = createRing(64);
  assert.equal(claimRing(memory, 'worker'), true);
  assert.equal(claimRing(memory, 'main'), false);
  assert.equal(claimRing(memory, 'worker'), true);
});

test('who waits for the worker that is leaving waits until it has left, or for so long', () => {
  const memory = createRing(64);
  awaitLeaving(memory, 10_000);
  assert.equal(isLeaving(memory), false);
  claimRing(memory, 'worker');
  markLeaving(memory);
  assert.equal(isLeaving(memory), true);
  assert.equal(claimRing(memory, 'main'), false);
  const start = performance.now();
  awaitLeaving(memory, 50);
  assert.ok(performance.now() - start >= 49);
  markLeft(memory);
  assert.equal(isLeaving(memory), false);
  awaitLeaving(memory, 10_000);
  assert.ok(performance.now() - start < 5_000);
});

test('two threads at once: nothing is lost, torn or changes places', async () => {
  const memory = createRing(4096);
  const worker = new Worker(
    `const { workerData: { memory, ring, total } } = require('node:worker_threads');
     const writer = new Function(ring + '; return ringWriter')()(memory);
     for (let i = 0; i < total; ) if (writer.write(i, new Uint8Array(i % 100).fill(i))) i++;`,
    { eval: true, workerData: { memory, ring: await compiledRing(), total: 50_000 } },
  );
  const reader = ringReader(memory);
  let next = 0;
  while (next < 50_000) {
    reader.read((label, frame) => {
      assert.equal(label, next);
      assert.equal(frame.length, next % 100);
      assert.ok(frame.every((byte) => byte === (next & 255)));
      next++;
    });
    await new Promise(setImmediate);
  }
  await worker.terminate();
});

async function compiledRing(): Promise<string> {
  const { transformSync } = await import('esbuild');
  const { readFileSync } = await import('node:fs');
  const { join } = await import('node:path');
  const source = readFileSync(join(__dirname, '../../../src/threads/ring.ts'), 'utf8');
  return transformSync(source.replaceAll('export ', ''), { loader: 'ts' }).code;
}
