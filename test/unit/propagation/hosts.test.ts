import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isOwnHost, propagationByHost } from '../../../src/sdk/propagation/hosts';

const own = [
  'localhost',
  'app.localhost',
  '127.0.0.1',
  '127.255.255.254',
  '::1',
  '0.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.10.10',
  'fc00::1',
  'fdff::1',
  'fe80::1',
  'febf::1',
  '::ffff:10.1.2.3',
  '::ffff:a01:203',
  'redis',
  'my-service',
  'printer.local',
  'db.internal',
  'metadata.google.internal',
  'orders.shop.svc',
  'orders.shop.svc.cluster.local',
  '/var/run/docker.sock',
];
const others = [
  'example.com',
  'svc.example.com',
  'internal.example.com',
  'mylocal.com',
  'x.notlocal',
  'xsvc.org',
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.1',
  '192.169.0.1',
  '11.0.0.1',
  '128.0.0.1',
  '169.253.0.1',
  '100.64.0.1',
  '2001:db8::1',
  'fbff::1',
  'fe00::1',
  'fec0::1',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  // Addresses in disguise: resolvers take them for 8.8.8.8.
  '134744072',
  '0x08080808',
  '',
];

describe('hosts of the own network', () => {
  for (const host of own) test(host, () => assert.equal(isOwnHost(host), true));
});
describe('hosts of others', () => {
  for (const host of others) test(host, () => assert.equal(isOwnHost(host), false));
});

test('by default traces go everywhere, baggage stays in the own network', () => {
  const decide = propagationByHost(undefined);
  assert.equal(decide('example.com'), 'trace');
  assert.equal(decide('EXAMPLE.com.'), 'trace');
  assert.equal(decide('Redis'), 'all');
  assert.equal(decide('db.INTERNAL.'), 'all');
});

describe('a list of hosts', () => {
  const decide = propagationByHost(['*.Example.com', '10.0.*', '[::1]', 'a.b']);
  const cases: [string, 'all' | 'none'][] = [
    ['api.example.com', 'all'],
    ['x.y.EXAMPLE.com', 'all'],
    ['example.com', 'none'],
    ['api.example.com.evil.org', 'none'],
    ['10.0.3.4', 'all'],
    ['10.1.3.4', 'none'],
    ['::1', 'all'],
    ['localhost', 'none'],
    ['a.b', 'all'],
    ['aXb', 'none'],
  ];
  for (const [host, expected] of cases) test(host, () => assert.equal(decide(host), expected));
  test('* allows all', () => assert.equal(propagationByHost(['*'])('example.com'), 'all'));
});

test('what is remembered of hosts is bounded, and forgotten without harm', () => {
  const decide = propagationByHost(undefined);
  for (let i = 0; i < 2000; i++) assert.equal(decide(`host${i}.example.com`), 'trace');
  assert.equal(decide('host0'), 'all');
});
