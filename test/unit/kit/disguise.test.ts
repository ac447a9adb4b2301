import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { disguise, isWrapper } from '../../../src/kit/disguise';

const wrapper = () =>
  function (this: unknown) {
    return this;
  };

test('name, length, properties and symbols are those of the original', () => {
  const secret = Symbol('secret');
  function original(_a: unknown, _b: unknown) {}
  Object.assign(original, { static: 1, [secret]: 2, [promisify.custom]: () => 3 });
  Object.defineProperty(original, 'hidden', { get: () => 4, enumerable: false });
  const disguised = disguise(wrapper(), original) as unknown as Record<PropertyKey, unknown>;
  assert.deepEqual(
    [disguised.name, disguised.length, disguised.static, disguised[secret], disguised.hidden],
    ['original', 2, 1, 2, 4],
  );
  assert.deepEqual(Reflect.ownKeys(disguised).sort(byText), Reflect.ownKeys(original).sort(byText));
  assert.ok(!Object.keys(disguised).includes('hidden'));
});

test('prototype and parent of a class', () => {
  class Parent {
    static inherited = 1;
    method() {}
  }
  class Original extends Parent {}
  const disguised = disguise(wrapper(), Original as never) as unknown as typeof Original;
  assert.equal(disguised.prototype, Original.prototype);
  assert.equal(disguised.inherited, 1);
  assert.ok(new Original() instanceof disguised);
});

test('arrow functions, bound functions and functions of the old kind', () => {
  const old = new Function('a', 'return a') as () => void;
  for (const original of [() => {}, function () {}.bind(null), old, async () => {}, function* () {}]) {
    const disguised = disguise(wrapper(), original);
    assert.deepEqual([disguised.name, disguised.length], [original.name, original.length]);
    assert.ok(isWrapper(disguised) && !isWrapper(original));
  }
});

const byText = (a: PropertyKey, b: PropertyKey) => String(a).localeCompare(String(b));
