import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressesInHosts, candidates } from '../../../src/export/transport/dns-query';

describe('names that are tried (resolv.conf(5))', () => {
  const cases: readonly [name: string, lines: readonly string[], candidates: readonly string[]][] = [
    ['collector', [], ['collector']],
    ['collector.', ['search a'], ['collector']],
    ['collector', ['search a b.c.'], ['collector.a', 'collector.b.c', 'collector']],
    ['collector.ns', ['search a'], ['collector.ns', 'collector.ns.a']],
    ['collector.ns', ['search a', 'options ndots:5 timeout:1'], ['collector.ns.a', 'collector.ns']],
    ['a.b.c.d.e.f', ['search a', 'options ndots:5'], ['a.b.c.d.e.f', 'a.b.c.d.e.f.a']],
    ['collector', ['domain a', 'search b', '# search c'], ['collector.b', 'collector']],
    ['collector', ['search .', 'options ndots:x'], ['collector']],
  ];
  for (const [name, lines, expected] of cases)
    test(`${name} with ${lines.join('; ') || 'nothing'}`, () =>
      assert.deepEqual(candidates(name, lines.join('\n')), expected));
});

describe('hosts(5)', () => {
  const lines = [
    '127.0.0.1\tlocalhost',
    '# 10.0.0.9 collector',
    '::2 Collector other # collector3',
    ' 10.0.0.2  other collector ',
    '',
  ].join('\n');
  test('all addresses of a name, IPv4 first', () =>
    assert.deepEqual(addressesInHosts(lines, 'collector'), ['10.0.0.2', '::2']));
  test('in any case, and with a dot', () => assert.equal(addressesInHosts(lines, 'COLLECTOR.').length, 2));
  test('names in comments are none', () => assert.deepEqual(addressesInHosts(lines, 'collector3'), []));
  test('an address is not a name', () => assert.deepEqual(addressesInHosts(lines, '10.0.0.2'), []));
});
