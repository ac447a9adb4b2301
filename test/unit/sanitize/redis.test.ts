import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_REDIS_OPERATION_CHARS, redisOperationName } from '../../../src/kit/sanitize/redis';

const longest = 'A'.repeat(MAX_REDIS_OPERATION_CHARS);

const table: [unknown, string][] = [
  ['HMSET', 'HMSET'],
  ['hmset', 'hmset'],
  ['JSON.SET', 'JSON.SET'],
  ['FT._LIST', 'FT._LIST'],
  [Buffer.from('GET'), 'GET'],
  ['SET secret', 'SET'],
  ['GET\r\nx', 'GET'],
  ['', '_OTHER'],
  [' GET', '_OTHER'],
  ['é', '_OTHER'],
  [longest, longest],
  [`${longest}B`, longest],
  [undefined, '_OTHER'],
  [null, '_OTHER'],
  [42, '_OTHER'],
  [Symbol('x'), '_OTHER'],
  [{ toString: () => assert.fail() }, '_OTHER'],
];
for (const [name, expected] of table) {
  test(`${typeof name} ${String(typeof name === 'object' ? '' : name)}`, () =>
    assert.equal(redisOperationName(name), expected));
}
