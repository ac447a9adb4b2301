import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactArguments } from '../../../src/sdk/resource/command-args';

/** Arguments as typed, and what is told of them. */
const cases: readonly [args: readonly string[], expected: readonly string[]][] = [
  // What says what the process is for stays.
  [
    ['--port=3000', '-v', 'worker', '--queue', 'emails'],
    ['--port=3000', '-v', 'worker', '--queue', 'emails'],
  ],
  [
    ['/srv/app/dist/main.js', './config/prod.yaml'],
    ['/srv/app/dist/main.js', './config/prod.yaml'],
  ],
  [
    ['--author', 'me', '--keyboard=us', '--compass', 'n'],
    ['--author', 'me', '--keyboard=us', '--compass', 'n'],
  ],
  [['https://api.example.com/v1?page=2'], ['https://api.example.com/v1?page=2']],
  // Options that are named so, in all ways to write them.
  [['--password=hunter2'], ['--password=REDACTED']],
  [
    ['--password', 'hunter2', 'next'],
    ['--password', 'REDACTED', 'next'],
  ],
  [
    ['--db-passwd', '-dash-first'],
    ['--db-passwd', 'REDACTED'],
  ],
  [
    ['--api-key', 'k', '--apiKey=k', '--API_KEY=k'],
    ['--api-key', 'REDACTED', '--apiKey=REDACTED', '--API_KEY=REDACTED'],
  ],
  [
    ['--clientSecret=s', '--secret', 's'],
    ['--clientSecret=REDACTED', '--secret', 'REDACTED'],
  ],
  [
    ['--token', 't', '--auth-token=t'],
    ['--token', 'REDACTED', '--auth-token=REDACTED'],
  ],
  [
    ['-p', 'hunter2', '-u', 'user:pass'],
    ['-p', 'REDACTED', '-u', 'REDACTED'],
  ],
  [
    ['--token', '--verbose'],
    ['--token', '--verbose'],
  ],
  [
    ['DB_PASSWORD=x', 'PGPASSWORD=y'],
    ['DB_PASSWORD=REDACTED', 'PGPASSWORD=REDACTED'],
  ],
  // URLs and connection strings.
  [['postgres://shop:hunter2@db:5432/shop'], ['postgres://REDACTED@db:5432/shop']],
  [['--redis=redis://:p%40ss@cache:6379'], ['--redis=redis://REDACTED@cache:6379']],
  [['https://x.example/?token=abc&page=2'], ['https://x.example/?token=REDACTED&page=2']],
  [
    ['Server=db;Database=shop;Password=a b;Encrypt=true'],
    ['Server=db;Database=shop;Password=REDACTED;Encrypt=true'],
  ],
  [['{"user":"me","password":"x y"}'], ['{"user":"me","password":REDACTED}']],
  [
    ['-H', 'Authorization: Bearer abc.def'],
    ['-H', 'Authorization: REDACTED'],
  ],
  // What looks like a secret wherever it stands.
  [['ghp_16C7e42F292c6912E7710c838347Ae178B4a'], ['REDACTED']],
  [['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'], ['REDACTED']],
  [['AKIAIOSFODNN7EXAMPLE'], ['REDACTED']],
  [['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'], ['REDACTED']],
  [['--id=0123456789abcdef0123456789abcdef'], ['--id=REDACTED']],
];

describe('arguments of the program', () => {
  for (const [args, expected] of cases)
    test(args.join(' '), () => assert.deepEqual(redactArguments(args), expected));

  test('are bounded in number and length', () => {
    const redacted = redactArguments(Array.from({ length: 100 }, () => 'a '.repeat(1000)));
    assert.deepEqual([redacted.length, redacted[0]!.length], [64, 256]);
  });

  test('hostile ones cost no time', () => {
    const start = performance.now();
    for (const part of ['a', 'a=', '-', '//', '"', 'a.', ' ', 'a:']) redactArguments([part.repeat(1e6)]);
    assert.ok(performance.now() - start < 100);
  });
});

describe('arguments of node', () => {
  test('code is not told', () => {
    assert.deepEqual(redactArguments(['-e', 'connect("hunter2")'], 'node'), ['-e', 'REDACTED']);
    assert.deepEqual(redactArguments(['--eval=1', '--max-old-space-size=512'], 'node'), [
      '--eval=REDACTED',
      '--max-old-space-size=512',
    ]);
  });
});
