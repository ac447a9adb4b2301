import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Context, createContextKey } from '@opentelemetry/api';
import { rootContext } from '../../../src/sdk/context/context';

const [a, b, c] = ['a', 'b', 'c'].map(createContextKey) as [symbol, symbol, symbol];
const valuesOf = (context: Context) => [a, b, c].map((key) => context.getValue(key));
const full = rootContext.setValue(a, 1).setValue(b, 2).setValue(c, 3);

/** Nodes of the list, by way of what is private. */
function lengthOf(context: Context): number {
  let length = 0;
  for (let node = context as { parent?: unknown } | undefined; node; node = node.parent as typeof node)
    length++;
  return length;
}

describe('a context', () => {
  const changes: readonly (readonly [what: string, changed: Context, values: unknown[]])[] = [
    ['replaces the newest value', full.setValue(c, 4), [1, 2, 4]],
    ['replaces one in the middle', full.setValue(b, 4), [1, 4, 3]],
    ['replaces the oldest', full.setValue(a, 4), [4, 2, 3]],
    ['forgets the newest', full.deleteValue(c), [1, 2, undefined]],
    ['forgets one in the middle', full.deleteValue(b), [1, undefined, 3]],
    ['forgets the oldest', full.deleteValue(a), [undefined, 2, 3]],
  ];
  for (const [what, changed, values] of changes) {
    test(`${what}, and the one before stays as it was`, () => {
      assert.deepEqual(valuesOf(changed), values);
      assert.deepEqual(valuesOf(full), [1, 2, 3]);
      assert.equal(lengthOf(changed), 1 + values.filter((value) => value !== undefined).length);
    });
  }

  test('that has not got a value stays itself without it', () => {
    assert.equal(rootContext.deleteValue(a), rootContext);
    assert.equal(full.deleteValue(createContextKey('d')), full);
  });

  test('holds each key once, however often it is set', () => {
    let context = rootContext;
    for (let i = 0; i < 100; i++) context = context.setValue([a, b, c][i % 3]!, i);
    assert.equal(lengthOf(context), 4);
    assert.deepEqual(valuesOf(context), [99, 97, 98]);
  });
});
