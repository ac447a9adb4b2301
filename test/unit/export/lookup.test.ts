import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { knownAddresses, lookup, rememberAddress } from '../../../src/export/transport/lookup';

/** What `net.connect` gets, and whether at once. */
function ask(hostname: string, options: { all?: boolean; family?: number | 'IPv4' | 'IPv6' }) {
  let answer: unknown;
  lookup(hostname, options, (error, ...found) => {
    answer = error ? error.code : found;
  });
  return answer;
}

describe('what is known answers at once', () => {
  const cases: readonly [hostname: string, options: Parameters<typeof ask>[1], answer: unknown][] = [
    ['10.1.2.3', {}, ['10.1.2.3', 4]],
    ['::1', { all: true }, [[{ address: '::1', family: 6 }]]],
    ['localhost', {}, ['127.0.0.1', 4]],
    ['localhost', { family: 6 }, ['::1', 6]],
    ['localhost', { family: 'IPv6' }, ['::1', 6]],
    [
      'collector.localhost',
      { all: true },
      [
        [
          { address: '127.0.0.1', family: 4 },
          { address: '::1', family: 6 },
        ],
      ],
    ],
    ['10.1.2.3', { family: 6 }, 'ENOTFOUND'],
  ];
  for (const [hostname, options, answer] of cases)
    test(`${hostname} ${JSON.stringify(options)}`, () => assert.deepEqual(ask(hostname, options), answer));
});

test('the address that answered comes first', () => {
  rememberAddress('collector.example', '10.0.0.1');
  rememberAddress('collector.example', '10.0.0.2');
  rememberAddress('collector.example', undefined);
  assert.deepEqual(knownAddresses('collector.example'), ['10.0.0.2', '10.0.0.1']);
  rememberAddress('collector.example', '10.0.0.1');
  assert.deepEqual(ask('collector.example', {}), ['10.0.0.1', 4]);
});
