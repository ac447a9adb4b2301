import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { globMatcher, pathMatcher } from '../../../src/model/glob';

describe('patterns', () => {
  const cases: [pattern: string, matching: string[], others: string[]][] = [
    ['', [''], ['a']],
    ['abc', ['abc'], ['ab', 'abcd', 'xabc', 'ABC']],
    ['*', ['', 'a', 'a/b'], []],
    ['a*', ['a', 'abc'], ['', 'ba']],
    ['*c', ['c', 'abc', 'cc'], ['cb', '']],
    ['a*c', ['ac', 'abc', 'acc', 'abcbc'], ['a', 'c', 'abcb', 'acx']],
    ['*b*', ['b', 'abc', 'bb'], ['', 'ac']],
    ['a?c', ['abc', 'a?c'], ['ac', 'abbc']],
    ['?', ['a'], ['', 'ab']],
    ['a*b*c', ['abc', 'axbxc', 'abbcc'], ['acb', 'ab']],
    ['4??', ['404', '400'], ['4', '50', '4040']],
    ['a.c', ['a.c'], ['abc']],
    ['**', ['', 'a'], []],
  ];
  for (const [pattern, matching, others] of cases)
    test(pattern, () => {
      const matches = globMatcher(pattern);
      assert.deepEqual(
        matching.filter((text) => !matches(text)),
        [],
      );
      assert.deepEqual(others.filter(matches), []);
    });

  test('no text takes long', () => {
    const matches = globMatcher('*a*a*a*a*a*a*a*a*b');
    const start = performance.now();
    assert.equal(matches('a'.repeat(20_000)), false);
    assert.ok(performance.now() - start < 1000);
  });
});

describe('paths', () => {
  const cases: [pattern: string, matching: string[], others: string[]][] = [
    ['/users/:id', ['/users/42', '/users/:id'], ['/users', '/users/', '/users/42/orders', '/users/42/']],
    ['/users/{id}', ['/users/42'], ['/users/', '/users/4/2']],
    ['/users/:id/orders/:order', ['/users/1/orders/2'], ['/users/1/orders', '/users//orders/2']],
    ['/users/*', ['/users/', '/users/42', '/users/42/orders'], ['/users']],
    ['/:tenant/health', ['/a/health'], ['/health', '/a/b/health']],
    ['*/:id', ['/a/b/42', '/42'], ['/a/']],
    ['/files/:name.json', ['/files/a.json', '/files/:name.json'], []],
    ['/a:b', ['/a:b'], ['/ax']],
    ['/', ['/'], ['', '/a']],
  ];
  for (const [pattern, matching, others] of cases)
    test(pattern, () => {
      const matches = pathMatcher(pattern);
      assert.deepEqual(
        matching.filter((path) => !matches(path)),
        [],
      );
      assert.deepEqual(others.filter(matches), []);
    });
});
