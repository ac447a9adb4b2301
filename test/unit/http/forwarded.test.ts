import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readForwarded } from '../../../src/kit/operations/forwarded';

test('reads the first hop', () => {
  const table: [Record<string, string>, object][] = [
    [{}, {}],
    [
      { forwarded: 'for=192.0.2.60;proto=https;host=shop.example, for=10.0.0.1;proto=http' },
      { host: 'shop.example', proto: 'https', client: '192.0.2.60' },
    ],
    [
      { forwarded: 'For="[2001:db8::17]:4711"' },
      { host: undefined, proto: undefined, client: '2001:db8::17' },
    ],
    [
      {
        'x-forwarded-for': '192.0.2.60:99, 10.0.0.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'a.example:8443',
      },
      { host: 'a.example:8443', proto: 'https', client: '192.0.2.60' },
    ],
    [
      { forwarded: 'host=right.example', 'x-forwarded-host': 'wrong.example' },
      { host: 'right.example', proto: undefined, client: undefined },
    ],
    [{ forwarded: ';;=,==;' }, { host: undefined, proto: undefined, client: undefined }],
  ];
  for (const [headers, expected] of table)
    assert.deepEqual(readForwarded(headers), expected, JSON.stringify(headers));
});

test('looks at a bounded part of a hostile header', () => {
  const { host } = readForwarded({ forwarded: `host=${'a'.repeat(1e6)}` });
  assert.equal(host?.length, 2048 - 'host='.length);
});
