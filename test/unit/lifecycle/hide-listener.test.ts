import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { hideListener } from '../../../src/lifecycle/hide-listener';

const hidden = () => {};
const shown = () => {};

test('a hidden listener is called and counted, but not listed', () => {
  const emitter = new EventEmitter();
  let calls = 0;
  const ours = () => calls++;
  hideListener(emitter, ours);
  emitter.on('event', ours).on('event', shown);
  assert.deepEqual(emitter.listeners('event'), [shown]);
  assert.deepEqual(emitter.rawListeners('event'), [shown]);
  assert.equal(emitter.listenerCount('event'), 2);
  emitter.emit('event');
  assert.equal(calls, 1);
});

test('the program sees nothing new of the emitter but that', () => {
  const emitter = new EventEmitter();
  const keys = Object.keys(emitter);
  hideListener(emitter, hidden);
  assert.deepEqual(Object.keys(emitter), keys);
  assert.deepEqual([emitter.listeners.name, emitter.listeners.length], ['listeners', 1]);
  emitter.once('event', shown);
  assert.equal((emitter.rawListeners('event')[0] as { listener?: unknown }).listener, shown);
  assert.deepEqual(emitter.listeners('event'), [shown]);
});
