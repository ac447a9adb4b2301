import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  joinHostPort,
  plainAddress,
  splitHostPort,
  splitTarget,
} from '../../../src/kit/operations/http-common';

test('splits an authority', () => {
  const table: [string, string, number | undefined][] = [
    ['shop.example', 'shop.example', undefined],
    ['shop.example:8080', 'shop.example', 8080],
    ['shop.example:65535', 'shop.example', 65_535],
    ['shop.example:65536', 'shop.example', undefined],
    ['shop.example:0', 'shop.example', undefined],
    ['shop.example:', 'shop.example', undefined],
    ['[::1]:8080', '::1', 8080],
    ['[::1]', '::1', undefined],
    ['::1', '::1', undefined],
    ['', '', undefined],
  ];
  for (const [authority, host, port] of table)
    assert.deepEqual(splitHostPort(authority), { host, port }, authority);
});

test('joins host and port as they stand in a URL', () => {
  assert.equal(joinHostPort('http', 'shop.example', 80), 'shop.example');
  assert.equal(joinHostPort('https', 'shop.example', 80), 'shop.example:80');
  assert.equal(joinHostPort('https', '::1', 443), '[::1]');
  assert.equal(joinHostPort('http', '::1', 8080), '[::1]:8080');
});

test('splits a request target', () => {
  const table: [string, string, object][] = [
    ['/a/b', 'GET', { path: '/a/b', query: undefined }],
    ['/a?b=c?d', 'GET', { path: '/a', query: 'b=c?d' }],
    ['/a?', 'GET', { path: '/a', query: undefined }],
    ['/a?next=http://b.example/', 'GET', { path: '/a', query: 'next=http://b.example/' }],
    ['*', 'OPTIONS', { path: '*', query: undefined }],
    [
      'HTTP://shop.example:81/a?b',
      'GET',
      { scheme: 'http', authority: 'shop.example:81', path: '/a', query: 'b' },
    ],
    [
      'http://shop.example',
      'GET',
      { scheme: 'http', authority: 'shop.example', path: '/', query: undefined },
    ],
    ['http://shop.example?b', 'GET', { scheme: 'http', authority: 'shop.example', path: '/', query: 'b' }],
    [
      'http://user:pass@shop.example/',
      'GET',
      { scheme: 'http', authority: 'shop.example', path: '/', query: undefined },
    ],
    ['shop.example:443', 'CONNECT', { authority: 'shop.example:443' }],
    ['/chat', 'CONNECT', { path: '/chat', query: undefined }],
    ['', 'GET', { path: '', query: undefined }],
  ];
  for (const [target, method, parts] of table) assert.deepEqual(splitTarget(target, method), parts, target);
});

test('shows an IPv4 address of a dual-stack socket as IPv4', () => {
  assert.equal(plainAddress('::ffff:127.0.0.1'), '127.0.0.1');
  assert.equal(plainAddress('::ffff:7f00:1'), '::ffff:7f00:1');
  assert.equal(plainAddress('::1'), '::1');
  assert.equal(plainAddress(undefined), undefined);
});
