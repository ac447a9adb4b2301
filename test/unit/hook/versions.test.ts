import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import semver from 'semver';
import { isNewerThan, satisfies } from '../../../src/hook/versions';

const number = fc.integer({ min: 0, max: 4 });
const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
const comparator = fc
  .tuple(fc.constantFrom('>=', '<=', '>', '<', '=', ''), version)
  .map((parts) => parts.join(''));
const range = fc
  .array(fc.array(comparator, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .map((alternatives) => alternatives.map((all) => all.join(' ')).join(' || '));

describe('satisfies', () => {
  test('as the semver package, for full versions', () => {
    fc.assert(
      fc.property(version, range, (v, r) => satisfies(v, r) === semver.satisfies(v, r)),
      { numRuns: 5000 },
    );
  });
  const table: readonly [version: string, range: string, expected: boolean][] = [
    ['1.2.3', '*', true],
    ['1.2.3', '', true],
    ['5.0.0-beta.1', '>=5.0.0', true],
    ['5.0.0-beta.1', '<5.0.0', false],
    ['1.2.3+build.5', '<=1.2.3', true],
    ['10.0.0', '>=9.0.0 <11.0.0', true],
    ['22.22.3', '>=22.22.3 <23.0.0 || >=24.11.1 <25.0.0 || >=25.1.0', true],
    ['22.22.2', '>=22.22.3 <23.0.0 || >=24.11.1 <25.0.0 || >=25.1.0', false],
    ['25.0.9', '>=22.22.3 <23.0.0 || >=24.11.1 <25.0.0 || >=25.1.0', false],
  ];
  for (const [v, r, expected] of table) test(`${v} in ${r}`, () => assert.equal(satisfies(v, r), expected));
});

describe('isNewerThan', () => {
  test('as semver.gtr where the range has an upper end', () => {
    const bounded = fc.array(fc.tuple(version, version), { minLength: 1, maxLength: 3 }).map((pairs) =>
      pairs
        .map((pair) => [...pair].sort(semver.compare))
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => `>=${a} <${b}`)
        .join(' || '),
    );
    fc.assert(
      fc.property(version, bounded.filter(Boolean), (v, r) => isNewerThan(v, r) === semver.gtr(v, r)),
      { numRuns: 3000 },
    );
  });
  test('nothing is newer than a range without an upper end', () =>
    assert.equal(isNewerThan('99.0.0', '>=1.0.0'), false));
});
