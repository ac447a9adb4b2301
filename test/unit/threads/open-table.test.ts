import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createOpenTable,
  hasOpenItems,
  openTableWriter,
  readOpenTable,
} from '../../../src/threads/open-table';

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

function itemsOf(memory: SharedArrayBuffer): [number, Uint8Array][] {
  const items: [number, Uint8Array][] = [];
  readOpenTable(memory, (label, item) => items.push([label, item]));
  return items;
}

test('what is put can be read until it is cleared, in its last state', () => {
  const memory = createOpenTable();
  const writer = openTableWriter(memory);
  assert.equal(hasOpenItems(memory), false);
  const first = writer.put(5, bytes(100, 1))!;
  const second = writer.put(6, bytes(0, 0))!;
  assert.notEqual(first, second);
  assert.equal(hasOpenItems(memory), true);
  assert.deepEqual(itemsOf(memory), [
    [5, bytes(100, 1)],
    [6, bytes(0, 0)],
  ]);
  writer.replace(second, 7, bytes(3, 9));
  writer.clear(first);
  assert.deepEqual(itemsOf(memory), [[7, bytes(3, 9)]]);
  writer.clear(second);
  assert.equal(hasOpenItems(memory), false);
  assert.deepEqual(itemsOf(memory), []);
});

test('what is read is a copy', () => {
  const memory = createOpenTable();
  const writer = openTableWriter(memory);
  const place = writer.put(1, bytes(8, 1))!;
  const [[, read]] = itemsOf(memory) as [[number, Uint8Array]];
  writer.replace(place, 1, bytes(8, 2));
  assert.deepEqual(read, bytes(8, 1));
});

test('what is too long for a place is not taken, and does not take the place of what is there', () => {
  const memory = createOpenTable();
  const writer = openTableWriter(memory);
  assert.equal(writer.put(1, bytes(1013, 1)), undefined);
  const place = writer.put(1, bytes(1012, 1))!;
  writer.replace(place, 1, bytes(1013, 2));
  assert.deepEqual(itemsOf(memory), [[1, bytes(1012, 1)]]);
});

test('a full table takes no more until something is cleared', () => {
  const memory = createOpenTable();
  const writer = openTableWriter(memory);
  const places = Array.from({ length: 256 }, (_, i) => writer.put(i, bytes(1012, i)));
  assert.equal(new Set(places).size, 256);
  assert.equal(writer.put(256, bytes(1, 1)), undefined);
  writer.clear(places[10]!);
  assert.equal(writer.put(257, bytes(1, 1)), places[10]);
  assert.deepEqual(
    itemsOf(memory).map(([label]) => label),
    Array.from({ length: 256 }, (_, i) => (i === 10 ? 257 : i)),
  );
});
