import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { rootContext } from '../../../src/sdk/context/context';
import {
  activeContext,
  contextManager,
  enterContext,
  runOutsideContext,
} from '../../../src/sdk/context/context-manager';

const key = Symbol('key');
const one = rootContext.setValue(key, 1);
const value = () => activeContext().getValue(key);

describe('a context', () => {
  test('is immutable', () => {
    const two = one.setValue(key, 2);
    const none = two.deleteValue(key);
    assert.deepEqual(
      [rootContext, one, two, none].map((context) => context.getValue(key)),
      [undefined, 1, 2, undefined],
    );
    assert.equal(two.getValue(Symbol('key')), undefined);
  });
});

describe('the context manager', () => {
  test('with: this, arguments, result, error', async () => {
    const self = {};
    const result = contextManager.with(
      one,
      function (this: unknown, ...args: unknown[]) {
        return [this === self, args, value()];
      } as never,
      self as never,
      ...([1, 2] as never),
    );
    assert.deepEqual(result, [true, [1, 2], 1]);
    assert.equal(value(), undefined);
    const error = new Error('mine');
    assert.throws(
      () =>
        contextManager.with(one, () => {
          throw error;
        }),
      (thrown) => thrown === error,
    );
    await contextManager.with(one, async () => {
      await null;
      assert.equal(value(), 1);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(value(), 1);
    });
    assert.equal(value(), undefined);
  });

  test('two at once do not mix', async () => {
    const run = (n: number) =>
      contextManager.with(rootContext.setValue(key, n), async () => {
        for (let i = 0; i < 5; i++) {
          await new Promise((resolve) => setImmediate(resolve));
          assert.equal(value(), n);
        }
      });
    await Promise.all([run(1), run(2), run(3)]);
  });

  test('bind: a function keeps this, arguments, length and name', () => {
    function original(this: unknown, a: number, b: number) {
      return [this, a + b, value()];
    }
    const bound = contextManager.bind(one, original);
    const self = {};
    assert.deepEqual(bound.call(self, 1, 2), [self, 3, 1]);
    assert.equal(bound.length, 2);
    assert.equal(bound.name, 'original');
  });

  test('bind: what is neither function nor emitter stays', () => {
    for (const other of [undefined, null, 7, 'text', { a: 1 }])
      assert.equal(contextManager.bind(one, other), other);
  });

  test('enter and run outside', () => {
    contextManager.with(rootContext, () => {
      enterContext(one);
      assert.equal(value(), 1);
      assert.equal(runOutsideContext(value), undefined);
      assert.equal(value(), 1);
    });
    assert.equal(value(), undefined);
  });
});

describe('a bound emitter', () => {
  for (const method of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const) {
    test(`${method}: listeners run in the context`, () => {
      const emitter = contextManager.bind(one, new EventEmitter());
      const seen: unknown[] = [];
      emitter[method]('event', function (this: unknown, ...args: unknown[]) {
        seen.push(value(), this === emitter, args);
      });
      emitter.emit('event', 'a', 'b');
      emitter.emit('event', 'c');
      const first = [1, true, ['a', 'b']];
      assert.deepEqual(seen, /once/i.test(method) ? first : [...first, 1, true, ['c']]);
    });

    for (const remove of ['removeListener', 'off'] as const) {
      test(`${method}: ${remove} finds what was added`, () => {
        const emitter = contextManager.bind(one, new EventEmitter());
        const listener = () => assert.fail('still there');
        emitter[method]('event', listener);
        assert.equal(emitter.listenerCount('event'), 1);
        emitter[remove]('event', listener);
        assert.equal(emitter.listenerCount('event'), 0);
        emitter.emit('event');
      });
    }
  }

  test('one listener for two events, and added twice', () => {
    const emitter = contextManager.bind(one, new EventEmitter());
    let calls = 0;
    const listener = () => calls++;
    emitter.on('a', listener).on('a', listener).once('b', listener);
    emitter.off('a', listener);
    emitter.emit('a');
    emitter.emit('b');
    emitter.emit('b');
    assert.equal(calls, 2);
  });

  test('listeners from before, and all at once, can be removed', () => {
    const emitter = new EventEmitter();
    const before = () => assert.fail('still there');
    emitter.on('event', before);
    contextManager.bind(one, emitter);
    emitter.off('event', before);
    emitter.on('event', before).once('event', before).removeAllListeners('event');
    emitter.emit('event');
  });

  test('a stream flows as before', async () => {
    const stream = contextManager.bind(one, new PassThrough());
    const chunks: string[] = [];
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(`${chunk} ${value()}`));
    stream.end('text');
    await new Promise((resolve) => stream.once('close', resolve));
    assert.deepEqual(chunks, ['text 1']);
  });
});
