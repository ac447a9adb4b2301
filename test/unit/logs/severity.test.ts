import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severityOfName, severityOfNumber } from '../../../src/kit/severity';

test('numeric levels, standard and between', () => {
  const standard = [10, 20, 30, 40, 50, 60];
  const expected: readonly (readonly [level: number, severity: number])[] = [
    [0, 1],
    [10, 1],
    [19, 4],
    [20, 5],
    [30, 9],
    [32.5, 10],
    [35, 11],
    [39, 12],
    [40, 13],
    [50, 17],
    [60, 21],
    [69, 24],
    [70, 24],
    [1e9, 24],
    [Number.NaN, 1],
  ];
  for (const [level, severity] of expected)
    assert.equal(severityOfNumber(level, standard), severity, `${level}`);
});

test('names in any case; not those of Object', () => {
  assert.equal(severityOfName('ERROR'), 17);
  assert.equal(severityOfName('notice'), 10);
  assert.equal(severityOfName('silly'), 1);
  assert.equal(severityOfName('own'), undefined);
  assert.equal(severityOfName('constructor'), undefined);
  assert.equal(severityOfName(30), undefined);
});
