import assert from 'node:assert/strict';
import { describeMessage, headers as kafkaHeaders } from '../../instrumentations/kafkajs/message';
import { MAX_SETTING_CHARS } from '../../src/config/parsers';
import { packageFileOf } from '../../src/hook/package-file';
import { addEnvelope, maxEnvelopeBytes, readEnvelope } from '../../src/kit/messaging/envelope';
import { readForwarded } from '../../src/kit/operations/forwarded';
import { plainHeaders } from '../../src/kit/operations/http-capture';
import { splitHostPort, splitTarget } from '../../src/kit/operations/http-common';
import { MAX_REDIS_OPERATION_CHARS, redisOperationName } from '../../src/kit/sanitize/redis';
import { createSqlSanitizer, MAX_SQL_TEXT_CHARS, sanitizeSql } from '../../src/kit/sanitize/sql';
import { MAX_SUMMARY_CHARS } from '../../src/kit/sanitize/sql-summary';
import { createUrlRedactor, MAX_URL_CHARS } from '../../src/kit/sanitize/url';
import { severityOfName } from '../../src/kit/severity';
import { globMatcher, pathMatcher } from '../../src/model/glob';
import { isDormantCommand } from '../../src/preload/dormant';
import { exceptionAttributes } from '../../src/sdk/exception';
import { anyValue } from '../../src/sdk/logs/any-value';
import { redactArguments } from '../../src/sdk/resource/command-args';
import { limitedAttributes } from '../../src/sdk/trace/limits';
import { hostile } from './hostile';

const proxies = [
  'for=192.0.2.60',
  'proto=https',
  'host=example.com',
  'by=_hidden',
  'for="[2001:db8::1]:47011"',
  '192.0.2.1',
  '[::1]:80',
  'https',
  '8080',
];
const maxForwardedChars = 2048;
for (const name of ['forwarded', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for'])
  hostile({
    name,
    parse: (text) => readForwarded({ [name]: text }),
    pieces: proxies,
    check: (found) => {
      for (const value of Object.values(found)) assert.ok((value ?? '').length <= maxForwardedChars);
    },
  });

const urls = [
  'http://',
  'https://',
  'user:pass@',
  'example.com',
  ':8080',
  '/a/b',
  '?',
  '&',
  'token=secret',
  'sig=',
  'api%5Fkey=x',
  '#',
  '[::1]',
  '//',
  '\\',
  '?a[password]=b',
  '%41',
  '@',
];
const redactor = createUrlRedactor();
const isCapped = (text: string) => assert.ok(text.length <= MAX_URL_CHARS);
hostile({ name: 'a URL', parse: redactor.redactUrl, pieces: urls, check: isCapped });
hostile({ name: 'a query', parse: redactor.redactQuery, pieces: urls, check: isCapped });
for (const method of ['GET', 'CONNECT'])
  hostile({ name: `the target of ${method}`, parse: (text) => splitTarget(text, method), pieces: urls });
hostile({ name: 'an authority', parse: splitHostPort, pieces: urls });
hostile({
  name: 'names of headers',
  parse: (text) => plainHeaders({ [text]: text }).names(),
  pieces: [':', '__proto__', 'x-a'],
});

const sql = [
  'SELECT ',
  'select * from t ',
  'WHERE a = ',
  "'it''s'",
  '"a"',
  '`b`',
  '--',
  '/*',
  '*/',
  '$1',
  '$$',
  '$tag$',
  "E'\\''",
  '(',
  ')',
  ', ',
  ';',
  '1.5e10',
  '0x1F',
  'IN (1, 2)',
  'WITH a AS (',
  'INSERT INTO x ',
  'JOIN y ON ',
  '\n',
  '#',
  '::int',
  '?',
  "N'",
  "x'00'",
  '.',
];
for (const dialect of ['standard', 'mysql', 'sqlite'] as const)
  hostile({
    name: `SQL, ${dialect}`,
    parse: (text) => sanitizeSql(text, dialect),
    pieces: sql,
    check: ({ text, summary }) => {
      assert.ok(text.length <= MAX_SQL_TEXT_CHARS && summary.length <= MAX_SUMMARY_CHARS);
    },
    runs: 1500,
  });
hostile({ name: 'SQL, remembered', parse: createSqlSanitizer(), pieces: sql, runs: 1000 });
hostile({
  name: 'a command of Redis',
  parse: (text) => [redisOperationName(text), redisOperationName(Buffer.from(text.slice(0, 1000)))],
  pieces: ['get', 'SET', 'JSON.SET', 'ft._list'],
  check: (names) => {
    for (const name of names) assert.ok(name.length <= MAX_REDIS_OPERATION_CHARS);
  },
});

const json = [
  '{',
  '}',
  '[',
  ']',
  '"metadata"',
  '"otel"',
  ':',
  ',',
  '"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"',
  '\\u0022',
  '"data"',
  'null',
  '1',
  '{"metadata":{"otel":{"traceparent":"x"}}}',
];
const fields = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
hostile({
  name: 'an envelope that is read',
  parse: (text) => [readEnvelope(text), readEnvelope(Buffer.from(text))],
  pieces: json,
});
hostile({
  name: 'an envelope that is added',
  parse: (text) => addEnvelope(text, fields, 'metadata.otel+wrap'),
  pieces: json,
  check: (body) => assert.ok(body === undefined || body.length <= maxEnvelopeBytes + 1024),
});
hostile({
  name: 'a message of Kafka',
  parse: (text) => [
    describeMessage({ key: text, value: text }),
    describeMessage({ key: Buffer.from(text.slice(0, 1000)) }),
    kafkaHeaders.keys({ headers: { [text]: text } }),
    kafkaHeaders.get({ headers: { [text]: [text, text] } }, text),
  ],
  pieces: ['a', 'traceparent'],
  check: ([first]) =>
    assert.ok(String((first as Record<string, unknown>)['kafka.message.key'] ?? '').length <= 256),
});

hostile({
  name: 'a log message and its fields',
  parse: (text) =>
    anyValue(
      { [text]: text, list: [text, [text], new Map([[text, text]])], bytes: Buffer.from(text.slice(0, 100)) },
      1000,
    ),
  pieces: ['a', '%s', '{"level":30}'],
  check: (value) => assert.ok((value as { list: string[] }).list[0]!.length <= 1000),
});
hostile({
  name: 'a name of a severity',
  parse: severityOfName,
  pieces: ['info', 'ERROR', 'toString', 'hasOwnProperty'],
});
hostile({
  name: 'an exception',
  parse: (text) => [
    exceptionAttributes(text),
    exceptionAttributes({ name: text, message: text, stack: text, code: text }),
    exceptionAttributes(new Error(text)),
  ],
  pieces: ['Error', '\n    at a (b.js:1:1)'],
});
hostile({
  name: 'attributes',
  parse: (text) => limitedAttributes({ [text]: text, list: [text, text], '': text }, 2, 100),
  pieces: ['a', 'http.route'],
  check: ({ attributes }) => {
    for (const value of Object.values(attributes)) assert.ok(String(value).length <= 201);
  },
});

for (const pattern of ['*a*b*c*d*e*', '/a/*/?/*.js', 'a*'.repeat(20)])
  hostile({
    name: `a text against ${pattern}`,
    parse: globMatcher(pattern),
    pieces: ['a', 'b', 'ab', 'abcde', '/'],
    runs: 500,
  });
hostile({
  name: 'a path against a pattern',
  parse: pathMatcher('/users/:id/posts/{post}/*'),
  pieces: ['a', '/users/1/posts/2/', '/'],
  runs: 500,
});
// Patterns are the user's own settings.
hostile({
  name: 'a pattern',
  parse: (text) => globMatcher(text)('/a/b/c'),
  pieces: ['*', '?', '**', 'a*b', '[', '('],
  runs: 500,
  longChars: MAX_SETTING_CHARS,
  maxMillis: 10,
});
hostile({
  name: 'a path pattern',
  parse: (text) => pathMatcher(text)('/a/b/c'),
  pieces: ['*', '/:id', '/{id}', '/', 'a'],
  runs: 500,
  longChars: MAX_SETTING_CHARS,
  maxMillis: 10,
});
hostile({
  name: 'the name of a file',
  parse: packageFileOf,
  pieces: ['/node_modules/', '@scope/', 'pg', '/lib/client.js', '/.pnpm/'],
});
hostile({
  name: 'the main script',
  parse: (text) => isDormantCommand(text, undefined),
  pieces: ['/usr/bin/', 'npm', '-cli', '.js', '-1.2.3'],
});
hostile({
  name: 'arguments of a process',
  parse: (text) => redactArguments([text, `--${text}`, `--token=${text}`]),
  pieces: ['--password', '=', 'token', '-p', 'http://u:p@h/?token=1', '{"a":1}'],
  maxMillis: 3,
});
