import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageFileOf, packageNameOf } from '../../../src/hook/package-file';

const table: readonly [filename: string, expected: ReturnType<typeof packageFileOf>][] = [
  [
    '/app/node_modules/pg/lib/client.js',
    { name: 'pg', directory: '/app/node_modules/pg', file: 'lib/client.js' },
  ],
  ['/app/node_modules/pg/index.js', { name: 'pg', directory: '/app/node_modules/pg', file: 'index.js' }],
  [
    '/app/node_modules/@koa/router/lib/router.js',
    { name: '@koa/router', directory: '/app/node_modules/@koa/router', file: 'lib/router.js' },
  ],
  [
    '/app/node_modules/a/node_modules/b/c.js',
    { name: 'b', directory: '/app/node_modules/a/node_modules/b', file: 'c.js' },
  ],
  [
    '/s/node_modules/.pnpm/pg@8.0.3_x/node_modules/pg/lib/a.js',
    { name: 'pg', directory: '/s/node_modules/.pnpm/pg@8.0.3_x/node_modules/pg', file: 'lib/a.js' },
  ],
  [
    '/c/cache/pg-npm-8.zip/node_modules/pg/a.js',
    { name: 'pg', directory: '/c/cache/pg-npm-8.zip/node_modules/pg', file: 'a.js' },
  ],
  ['/app/src/pg/lib/client.js', undefined],
  ['/app/node_modules/file.js', undefined],
  ['/app/node_modules/@scope/file.js', undefined],
  ['/app/my_node_modules/pg/a.js', undefined],
  ['/app/node_modules', undefined],
  ['', undefined],
];
for (const [filename, expected] of table) {
  test(filename || 'no file', () => {
    assert.deepEqual(packageFileOf(filename), expected);
    assert.equal(packageNameOf(filename), expected?.name);
  });
}
