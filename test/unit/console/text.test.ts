import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf, cut, duration, fit, printable } from '../../../src/export/console/text';

const durations: [bigint, string][] = [
  [0n, '0 µs'],
  [499n, '0 µs'],
  [500n, '1 µs'],
  [999_499n, '999 µs'],
  [999_500n, '1.00 ms'],
  [9_994_999n, '9.99 ms'],
  [9_995_000n, '10.0 ms'],
  [99_949_999n, '99.9 ms'],
  [99_950_000n, '100 ms'],
  [999_499_999n, '999 ms'],
  [999_500_000n, '1.00 s'],
  [59_994_999_999n, '60.0 s'],
  [59_995_000_000n, '1 min 0 s'],
  [123_000_000_000n, '2 min 3 s'],
  [-1_500_000n, '-1.50 ms'],
];
for (const [nanos, text] of durations) {
  test(`${nanos} ns is ${text}`, () => assert.equal(duration(nanos), text));
}

test('cut and fit count columns', () => {
  assert.equal(cut('abc', 3), 'abc');
  assert.equal(cut('abcd', 3), 'ab…');
  assert.equal(cut('abcd', 0), '');
  assert.equal(cut('注文票', 4), '注… ');
  assert.equal(fit('ab', 4), 'ab  ');
  assert.equal(fit('🚀', 4), '🚀  ');
  assert.equal(columnsOf('e\u0301'), 1);
});

test('printable keeps letters and replaces what steers a terminal', () => {
  assert.equal(printable('é\t\x1b[0m\x9b\u202e\u2028ok'), 'é��[0m���ok');
});
