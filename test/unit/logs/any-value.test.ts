import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyValue } from '../../../src/sdk/logs/any-value';

const plain = (value: unknown, maxLength?: number) => {
  const converted = anyValue(value, maxLength);
  return converted === undefined || converted instanceof Uint8Array
    ? converted
    : (JSON.parse(JSON.stringify(converted)) as unknown);
};

describe('anyValue', () => {
  const date = new Date(0);
  const cases: readonly (readonly [what: string, value: unknown, expected: unknown])[] = [
    ['a text', 'a', 'a'],
    ['a number', 1.5, 1.5],
    ['false', false, false],
    ['null', null, null],
    ['a small bigint', 7n, 7],
    ['a large bigint', 2n ** 64n, '18446744073709551616'],
    ['nothing', undefined, undefined],
    ['a function', () => 1, undefined],
    ['a symbol', Symbol('a'), undefined],
    ['a mixed array', [1, 'a', null, undefined, () => 1, { b: 2 }], [1, 'a', null, null, null, { b: 2 }]],
    ['a map', { a: { b: [true] }, c: undefined, d: () => 1 }, { a: { b: [true] } }],
    ['a Map and a Set', new Map<unknown, unknown>([[1, new Set(['a'])]]), { 1: ['a'] }],
    ['a date', { at: date }, { at: date.toISOString() }],
    ['what toJSON makes', { toJSON: () => ({ a: 1n }) }, { a: 1 }],
    ['an invalid date', new Date(Number.NaN), null],
  ];
  for (const [what, value, expected] of cases) test(what, () => assert.deepEqual(plain(value), expected));

  test('bytes, of any view', () => {
    assert.deepEqual(anyValue(new Uint8Array([1, 2])), new Uint8Array([1, 2]));
    assert.deepEqual(anyValue(Buffer.from('ab')), new Uint8Array([97, 98]));
    assert.deepEqual(anyValue(new Uint16Array([258])), new Uint8Array([2, 1]));
  });

  test('an error is its stack', () => {
    const error = Object.assign(new TypeError('wrong'), { stack: 'TypeError: wrong\n    at x' });
    assert.equal(anyValue(error), error.stack);
    assert.equal(anyValue(Object.assign(error, { stack: undefined })), 'TypeError: wrong');
  });

  test('a key of any name is harmless', () => {
    const value = anyValue(JSON.parse('{"__proto__":{"a":1},"constructor":2}')) as object;
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(({} as { a?: unknown }).a, undefined);
  });

  test('cycles end', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle.self = cycle;
    cycle.list = [cycle];
    assert.deepEqual(plain(cycle), { a: 1, self: '[Circular]', list: ['[Circular]'] });
    const twice = { b: 1 };
    assert.deepEqual(plain([twice, twice]), [{ b: 1 }, { b: 1 }]);
  });

  test('depth is bounded', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 'bottom' : { a: deep(levels - 1) });
    assert.match(JSON.stringify(plain(deep(8))), /bottom/);
    assert.doesNotMatch(JSON.stringify(plain(deep(9))), /bottom/);
    assert.match(JSON.stringify(plain(deep(9))), /\[Object\]/);
  });

  test('the number of values is bounded', () => {
    const wide = anyValue(Array.from({ length: 1_000_000 }, (_, index) => index)) as readonly unknown[];
    assert.equal(wide.length, 9_999);
    let nested: unknown = 'x';
    for (let i = 0; i < 7; i++) nested = Array(1000).fill(nested);
    assert.ok(JSON.stringify(anyValue(nested)).length < 100_000);
  });

  test('length limits reach into arrays, maps and bytes', () => {
    assert.equal(anyValue('abc', 3), 'abc');
    assert.equal(anyValue('abcd', 3), 'abc');
    assert.deepEqual(plain({ a: ['abcd'] }, 3), { a: ['abc'] });
    assert.deepEqual(anyValue(new Uint8Array([1, 2, 3, 4]), 3), new Uint8Array([1, 2, 3]));
  });

  test('a getter or toJSON that throws costs the value', () => {
    const failing = {
      get a() {
        throw new Error('no');
      },
    };
    assert.equal(anyValue(failing), undefined);
  });
});
