import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyMethodPatch } from '../../../src/kit/apply-method';
import type { AnyFunction } from '../../../src/kit/define';

/** Patches `method` so that results come with a mark. */
const apply = (exports: unknown, method: string) =>
  applyMethodPatch(
    exports,
    {
      method,
      wrap: (original) =>
        function (this: unknown, ...args: unknown[]) {
          return `patched ${Reflect.apply(original, this, args)}`;
        },
    },
    '1.0.0',
  ) as any;

class Client {
  constructor(readonly name = 'client') {}
  query(text: string) {
    return `${this.name} ${text}`;
  }
  static create(name: string) {
    return new Client(name);
  }
}

describe('a method is found', () => {
  test('on the exports', () => {
    const exports = { query: () => 'q' };
    assert.equal(apply(exports, 'query'), exports);
    assert.equal(exports.query(), 'patched q');
  });
  test('on a prototype, and the class stays the same', () => {
    class Own extends Client {}
    Own.prototype.query = function (text) {
      return `own ${text}`;
    };
    const exports = { Client: Own };
    apply(exports, 'Client.prototype.query');
    const instance = new exports.Client();
    assert.ok(instance instanceof Own && instance instanceof Client && instance.constructor === Own);
    assert.equal(instance.query('x'), 'patched own x');
    assert.equal(new Client().query('x'), 'client x', 'the parent class is left alone');
  });
  test('when the class itself is exported', () => {
    class Exported extends Client {
      override query(text: string) {
        return super.query(text);
      }
    }
    assert.equal(apply(Exported, 'prototype.query'), Exported);
    assert.equal(new Exported().query('x'), 'patched client x');
  });
  test('below `default`', () => {
    const exports = { default: { query: () => 'q' } };
    apply(exports, 'query');
    assert.equal(exports.default.query(), 'patched q');
  });
  test('when it is the exports themselves', () => {
    function original(a: number, b: number) {
      return a + b;
    }
    original.extra = 1;
    const replaced = apply(original, '');
    assert.notEqual(replaced, original);
    assert.equal(replaced(1, 2), 'patched 3');
    assert.deepEqual([replaced.name, replaced.length, replaced.extra], ['original', 2, 1]);
  });
  test('and patched once', () => {
    const exports = { query: () => 'q' } as Record<string, AnyFunction>;
    exports.alias = exports.query!;
    apply(exports, 'query');
    apply(exports, 'query');
    assert.equal(exports.query!(), 'patched q');
    const whole = apply(exports.alias, '');
    assert.equal(apply(whole, ''), whole);
  });
});

describe('exports that cannot be changed', () => {
  const viaGetter = (query: AnyFunction) =>
    Object.defineProperty({ other: 1 }, 'query', { enumerable: true, get: () => query });
  test('by getters: a copy stands in', () => {
    let evaluated = 0;
    const exports = Object.defineProperty(
      viaGetter(() => 'q'),
      'lazy',
      { enumerable: true, get: () => ++evaluated },
    );
    const replaced = apply(exports, 'query');
    assert.notEqual(replaced, exports);
    assert.equal(replaced.query(), 'patched q');
    assert.deepEqual(Object.keys(replaced), Object.keys(exports));
    assert.equal(evaluated, 0, 'other getters are not asked');
    assert.equal(replaced.other, 1);
  });
  test('frozen: a copy stands in', () => {
    const replaced = apply(Object.freeze({ query: () => 'q' }), 'query');
    assert.equal(replaced.query(), 'patched q');
  });
  test('by getters without a prototype: a copy stands in', () => {
    const exports = Object.defineProperty(Object.create(null), 'query', { get: () => () => 'q' });
    assert.equal(apply(exports, 'query').query(), 'patched q');
  });
  test('without a prototype, but writable', () => {
    const exports = Object.assign(Object.create(null), { query: () => 'q' });
    assert.equal(apply(exports, 'query'), exports);
    assert.equal(exports.query(), 'patched q');
  });
  test('a function with such a property is left alone', () => {
    const exports = Object.defineProperty(() => 'main', 'query', { get: () => () => 'q' });
    assert.equal(apply(exports, 'query'), undefined);
    assert.equal(exports(), 'main');
  });
});

describe('a method that is missing', () => {
  for (const [exports, method] of [
    [{}, 'query'],
    [{ query: 1 }, 'query'],
    [{}, 'Client.prototype.query'],
    [{ Client }, 'Client.prototype.missing'],
    [{ Client: null }, 'Client.prototype.query'],
    [undefined, 'query'],
    [null, 'query'],
    ['text', 'query'],
    [{}, ''],
  ] as const) {
    test(`${method || 'the exports'} of ${JSON.stringify(exports)}`, () =>
      assert.equal(apply(exports, method), undefined));
  }
});
