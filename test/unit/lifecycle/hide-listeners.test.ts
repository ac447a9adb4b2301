import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { hideListeners } from '../../../src/lifecycle/hide-listeners';

const hidden = () => {};
const shown = () => {};

test('a hidden listener is called, but neither listed nor counted', () => {
  const emitter = new EventEmitter();
  let calls = 0;
  const ours = () => calls++;
  hideListeners(emitter, new Set([ours]));
  emitter.on('event', ours).on('event', shown);
  assert.deepEqual(emitter.listeners('event'), [shown]);
  assert.deepEqual(emitter.rawListeners('event'), [shown]);
  assert.equal(emitter.listenerCount('event'), 1);
  assert.equal(emitter.listenerCount('removeListener'), 0);
  assert.deepEqual(emitter.eventNames(), ['event']);
  assert.deepEqual(new EventEmitter().on('event', ours).eventNames(), ['event'], 'of others it says all');
  emitter.emit('event');
  assert.equal(calls, 1);
});

test('the program sees nothing new of the emitter but that', () => {
  const emitter = new EventEmitter();
  const keys = Object.keys(emitter);
  hideListeners(emitter, new Set([hidden]));
  assert.deepEqual(Object.keys(emitter), keys);
  assert.deepEqual([emitter.listeners.name, emitter.listeners.length], ['listeners', 1]);
  emitter.once('event', shown);
  assert.equal((emitter.rawListeners('event')[0] as { listener?: unknown }).listener, shown);
  assert.deepEqual(emitter.listeners('event'), [shown]);
});

test('whoever asks right after a removal, as Node does, is told of the hidden one', () => {
  const emitter = new EventEmitter();
  const counts: number[] = [];
  emitter.on('removeListener', (event) => counts.push(emitter.listenerCount(event)));
  hideListeners(emitter, new Set([hidden]), ['SIGTERM']);
  emitter.on('SIGTERM', hidden).on('SIGTERM', shown).on('other', hidden).on('other', shown);
  emitter.removeListener('SIGTERM', shown).removeListener('other', shown);
  assert.deepEqual(counts, [1, 0]);
  assert.equal(emitter.listenerCount('SIGTERM'), 0);
});
