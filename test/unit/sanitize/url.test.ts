import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createUrlRedactor, defaultSensitiveKeys, MAX_URL_CHARS } from '../../../src/kit/sanitize/url';

const { redactUrl, redactQuery } = createUrlRedactor();

describe('redactUrl', () => {
  const table: [string, string][] = [
    ['', ''],
    ['https://example.com/path', 'https://example.com/path'],
    ['https://user:pass@example.com/path', 'https://REDACTED:REDACTED@example.com/path'],
    ['https://user@example.com', 'https://REDACTED:REDACTED@example.com'],
    ['https://u:p@ss@example.com?x=1', 'https://REDACTED:REDACTED@example.com?x=1'],
    ['//u:p@example.com', '//REDACTED:REDACTED@example.com'],
    ['http:/u:p@example.com', 'http:/REDACTED:REDACTED@example.com'],
    ['http:\\\\u:p@example.com', 'http:\\\\REDACTED:REDACTED@example.com'],
    ['https://REDACTED:REDACTED@example.com/', 'https://REDACTED:REDACTED@example.com/'],
    ['https://example.com/@scope/a?to=b@c#d@e', 'https://example.com/@scope/a?to=b@c#d@e'],
    ['/users/@me', '/users/@me'],
    ['mailto:a@b', 'mailto:a@b'],
    ['https://h/p?color=blue&sig=abc', 'https://h/p?color=blue&sig=REDACTED'],
    ['https://h/p?a=%20+%2B&token=x%20y&b=%zz', 'https://h/p?a=%20+%2B&token=REDACTED&b=%zz'],
    ['https://h/p?token=', 'https://h/p?token='],
    ['https://h/token=abc', 'https://h/token=abc'],
    ['https://h/#access_token=abc&state=x', 'https://h/#access_token=REDACTED&state=x'],
    ['https://h/?token=a#frag', 'https://h/?token=REDACTED#frag'],
    ['?token=a', '?token=REDACTED'],
  ];
  for (const [url, expected] of table) test(url, () => assert.equal(redactUrl(url), expected));

  test('is capped after redacting, not inside a surrogate pair', () => {
    const start = 'https://h/';
    assert.equal(redactUrl(start.padEnd(MAX_URL_CHARS, 'x')).length, MAX_URL_CHARS);
    assert.equal(redactUrl(start.padEnd(MAX_URL_CHARS + 1, 'x')).length, MAX_URL_CHARS);
    assert.equal(redactUrl(`${start.padEnd(MAX_URL_CHARS - 1, 'x')}😀`).length, MAX_URL_CHARS - 1);
    assert.equal(redactUrl(`https://${'u'.repeat(MAX_URL_CHARS)}@h/`), 'https://REDACTED:REDACTED@h/');
    const long = redactUrl(`https://h/?${'a=b&'.repeat(MAX_URL_CHARS)}&token=secret`);
    assert.equal(long.length, MAX_URL_CHARS);
  });
});

describe('redactQuery', () => {
  for (const key of [...defaultSensitiveKeys.exact, ...defaultSensitiveKeys.anyForm]) {
    test(key, () => assert.equal(redactQuery(`a=1&${key}=secret&b=2`), `a=1&${key}=REDACTED&b=2`));
  }

  const sensitive = [
    'access_token',
    'ACCESS-TOKEN',
    'accessToken',
    'X-Api-Key',
    'user[password]',
    'a.secret',
    'tok%65n',
    'pass%77ord',
  ];
  for (const key of sensitive) test(key, () => assert.equal(redactQuery(`${key}=x`), `${key}=REDACTED`));

  const harmless = [
    'page',
    'keyword',
    'tokens',
    'author',
    'sessions',
    'monkey',
    '',
    '%',
    '%E0%A4%A',
    'x-amz-date',
  ];
  for (const key of harmless)
    test(`harmless: ${key}`, () => assert.equal(redactQuery(`${key}=x`), `${key}=x`));

  const values: [string, string][] = [
    ['token=a=b;c?d&e=f', 'token=REDACTED&e=f'],
    ['a=1;token=x', 'a=1;token=REDACTED'],
    ['next=/p?token=x&b', 'next=/p?token=REDACTED&b'],
    ['token', 'token'],
    ['=x', '=x'],
    ['token=x&token=y', 'token=REDACTED&token=REDACTED'],
  ];
  for (const [query, expected] of values) test(query, () => assert.equal(redactQuery(query), expected));

  test('keys can be replaced', () => {
    const { redactQuery: redact } = createUrlRedactor({ exact: ['Mine'], anyForm: [] });
    assert.equal(redact('Mine=1&mine=2&token=3'), 'Mine=REDACTED&mine=2&token=3');
  });
});

describe('hostile URLs', () => {
  for (const piece of ['a=b&', 'token=b&', '@', '=', '?', '[', '%', '/', ':', ';']) {
    test(`much of ${piece} takes no long time`, () => {
      const url = `http://h?${piece.repeat(1_000_000 / piece.length)}=@`;
      const start = process.hrtime.bigint();
      redactUrl(url);
      assert.ok(Number(process.hrtime.bigint() - start) / 1e6 < 250);
    });
  }
});

const anyUrl = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        'https:',
        '//',
        '/',
        '\\',
        '@',
        ':',
        '?',
        '&',
        ';',
        '#',
        '=',
        '%',
        '%41',
        'token',
        'a',
        '[',
        ']',
        '.',
        '😀',
      ),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join('')),
);

describe('properties', () => {
  test('redacting what is redacted changes nothing, and nothing throws', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        assert.equal(redactUrl(redactUrl(url)), redactUrl(url));
        assert.equal(redactQuery(redactQuery(url)), redactQuery(url));
      }),
      { numRuns: 3000 },
    );
  });

  test('a secret never gets through, and nothing else changes', () => {
    const part = fc.stringMatching(/^[a-z0-9%+~]{0,12}$/);
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        const secret = `c4n4ry${a}`;
        const url = `https://u:${secret}@h/${b}?q=${c}&api_key=${secret}&z=${b}`;
        assert.equal(redactUrl(url), `https://REDACTED:REDACTED@h/${b}?q=${c}&api_key=REDACTED&z=${b}`);
      }),
    );
  });
});
