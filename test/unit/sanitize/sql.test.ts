import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  createSqlSanitizer,
  MAX_SCANNED_SQL_CHARS,
  MAX_SQL_TEXT_CHARS,
  MAX_SUMMARY_CHARS,
  type SqlDialectName,
  sanitizeSql,
} from '../../../src/kit/sanitize/sql';

const text = (sql: string, dialect?: SqlDialectName) => sanitizeSql(sql, dialect).text;
const summary = (sql: string) => sanitizeSql(sql).summary;

describe('sanitizeSql: text', () => {
  const standard: [string, string][] = [
    ['', ''],
    [' \n\t', ''],
    ['SELECT  a,\n\tb FROM t ', 'SELECT a, b FROM t'],
    ["a = 'x'", 'a = ?'],
    ["a = 'it''s'", 'a = ?'],
    ["a = ''", 'a = ?'],
    ["a = 'C:\\' AND b = 'y'", 'a = ? AND b = ?'],
    ["a = E'it\\'s' AND b", 'a = ? AND b'],
    ["a = e'\\\\' AND b", 'a = ? AND b'],
    ["N'x' X'ff' B'01' U&'x' DATE'2020-01-01'", '? ? ? U&? DATE?'],
    ["a = $$it's$$ AND b = $tag$ $$ ' $tag$", 'a = ? AND b = ?'],
    ["a = 'not closed AND b = 1", 'a = ?'],
    ['a = $$not closed', 'a = ?'],
    ['a = "not closed', 'a = ?'],
    ['a = "not""closed""', 'a = ?'],
    ['a = `not closed', 'a = ?'],
    ['a /* not closed', 'a'],
    ['1 -1 1.5 .5 1e5 1.5E-3 1e+5 0xFF 1_000 12ab', '? -? ? ? ? ? ? ? ? ?'],
    ['a = -1 AND b = - 1 AND c - 1 AND (-2) AND (a)-3', 'a = ? AND b = - ? AND c - ? AND (?) AND (a)-?'],
    ['a1 b_2 c$3 é4 t1.c2', 'a1 b_2 c$3 é4 t1.c2'],
    ['TRUE false NULL', 'TRUE false NULL'],
    [
      'a = $1 AND b = ? AND c = :name AND d = @p1 AND e = ?2',
      'a = $1 AND b = ? AND c = :name AND d = @p1 AND e = ?2',
    ],
    ['$65535 $123456 $12.50', '$65535 ? ?'],
    ['a = :1 AND b[1:22]', 'a = :? AND b[?:?]'],
    ["'1'::int a->>'b' #>> '{c}' @> '{}'", '?::int a->>? #>> ? @> ?'],
    ["a -- it's\n+ b", 'a + b'],
    ["a /* it's /* nested */ secret */ b", 'a b'],
    ['a/**/b', 'a b'],
    ['"my ""col""" `my col` [my col] [t2]', '"my ""col""" `my col` [my col] [t2]'],
    ["ARRAY['x', 2] a[3] a['k']", 'ARRAY[?, ?] a[?] a[?]'],
    ['a IN (1, 2,3 , -4)', 'a IN (? )'.replace(' )', ')')],
    ["a in('x','y') AND b IN (1)", 'a in(?) AND b IN (?)'],
    ['a IN (?, ?, ?)', 'a IN (?)'],
    ['a IN ($1, $2) AND b IN (1, $1, 2, 3)', 'a IN ($1, $2) AND b IN (?, $1, ?)'],
    ['a IN (SELECT b FROM c) AND (1, 2)', 'a IN (SELECT b FROM c) AND (?, ?)'],
    ['f(1, 2) VALUES (1, 2), (3, 4)', 'f(?, ?) VALUES (?, ?), (?, ?)'],
    ['SELECT 1; SELECT 2', 'SELECT ?; SELECT ?'],
  ];
  for (const [sql, expected] of standard) test(sql, () => assert.equal(text(sql), expected));

  const mysql: [string, string][] = [
    ["a = 'it\\'s' AND b", 'a = ? AND b'],
    ['a = "it\'s" AND b', 'a = ? AND b'],
    ['a = "x\\"y" AND b', 'a = ? AND b'],
    ["a # it's\nb", 'a b'],
    ['a /* /* */ b', 'a b'],
    ['5--3 a -- c', '?-? a'],
    ['--/* c */a', '- - a'],
    ['`a``b`', '`a``b`'],
  ];
  for (const [sql, expected] of mysql)
    test(`mysql: ${sql}`, () => assert.equal(text(sql, 'mysql'), expected));

  test('a carriage return ends a line where the database says so', () => {
    assert.equal(text("a -- c\r'x\n y'"), 'a ?');
    assert.equal(text("a -- it's\r c\nb", 'mysql'), 'a b');
  });

  test('sqlite: comments do not nest', () => assert.equal(text("a /* /* */ 'b */ c'", 'sqlite'), 'a ?'));

  test('ends after the last token that fits', () => {
    const name = 'a'.repeat(MAX_SQL_TEXT_CHARS - 2);
    assert.equal(text(`${name} b c`), `${name} b`);
    assert.equal(text(`${name} bb c`), name);
    assert.equal(text(`${name} '${'x'.repeat(99)}' c`), `${name} ?`);
    assert.equal(text(`${name}b😀`), '');
    assert.equal(text(`${name} 😀`), name);
  });

  test('a literal over the end of what is scanned does not show', () => {
    assert.equal(text(`SELECT a, '${'x'.repeat(MAX_SCANNED_SQL_CHARS)}', b`), 'SELECT a,');
  });

  test('what is no string gives nothing', () => {
    assert.deepEqual(sanitizeSql(undefined as unknown as string), { text: '', summary: '' });
  });
});

describe('sanitizeSql: summary', () => {
  const table: [string, string][] = [
    ['SELECT * FROM wuser_table WHERE username = ?', 'SELECT wuser_table'],
    ['INSERT INTO shipping_details (a, b) SELECT a, b FROM orders', 'INSERT shipping_details SELECT orders'],
    ['SELECT * FROM songs, artists WHERE songs.id == artists.id', 'SELECT songs artists'],
    [
      'SELECT a FROM (SELECT * FROM orders o JOIN customers c ON o.x = c.y)',
      'SELECT SELECT orders customers',
    ],
    ['SELECT * FROM "song list"', 'SELECT "song list"'],
    ['{call some_stored_procedure}', 'call some_stored_procedure'],
    ['{? = call p(?)}', 'call p'],
    ["SELECT 1 FROM 'secret'", 'SELECT'],
    ['', ''],
    ['123', ''],
    ['select id from Users', 'select Users'],
    ['SELECT * FROM a.b . "c", [dbo].[d], `e`.`f` g', 'SELECT a.b."c" [dbo].[d] `e`.`f`'],
    [
      'SELECT * FROM ONLY a LEFT JOIN LATERAL (SELECT 1) x ON true JOIN b USING (id), c',
      'SELECT a SELECT b c',
    ],
    ['SELECT * FROM (a JOIN b ON a.x = b.x), c', 'SELECT a b c'],
    ['SELECT * FROM generate_series(1, 10) g, t', 'SELECT generate_series t'],
    ['SELECT extract(year FROM ts), a IS DISTINCT FROM b FROM t', 'SELECT t'],
    [
      'SELECT a, (SELECT b FROM c) FROM d WHERE e IN (SELECT f FROM g) ORDER BY h, i',
      'SELECT SELECT c d SELECT g',
    ],
    ['SELECT a FROM b UNION ALL SELECT c FROM d', 'SELECT b SELECT d'],
    ['(SELECT a FROM b) UNION (SELECT c FROM d)', 'SELECT b SELECT d'],
    ['SELECT * FROM t FOR UPDATE OF x', 'SELECT t'],
    ['SELECT a INTO b FROM c', 'SELECT b c'],
    ['SELECT t.select, t.from FROM t', 'SELECT t'],
    ['INSERT orders VALUES (1)', 'INSERT orders'],
    ['INSERT OR IGNORE INTO a(b) VALUES (1)', 'INSERT a'],
    ['INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 2 RETURNING d', 'INSERT a'],
    ['REPLACE INTO a VALUES (1)', 'REPLACE a'],
    ['UPDATE a SET b = 1, c = 2 FROM d WHERE e', 'UPDATE a d'],
    ['UPDATE a, b SET a.x = 1', 'UPDATE a b'],
    ['DELETE FROM a USING b WHERE c', 'DELETE a b'],
    [
      'MERGE INTO a USING b ON c WHEN MATCHED THEN UPDATE SET d = 1 WHEN NOT MATCHED THEN INSERT (e) VALUES (1)',
      'MERGE a b',
    ],
    [
      'WITH x AS (SELECT a FROM b), y AS (DELETE FROM c RETURNING d) UPDATE e SET f = 1',
      'SELECT b DELETE c UPDATE e',
    ],
    ['WITH RECURSIVE x(n) AS (SELECT 1) SELECT n FROM x', 'SELECT SELECT x'],
    ['CREATE TABLE IF NOT EXISTS s.a (b int)', 'CREATE TABLE s.a'],
    ['CREATE TABLE a AS SELECT b FROM c', 'CREATE TABLE a SELECT c'],
    ['CREATE OR REPLACE TEMP VIEW a AS SELECT 1', 'CREATE VIEW a SELECT'],
    ['CREATE UNIQUE INDEX CONCURRENTLY a ON b (c)', 'CREATE INDEX a'],
    ['CREATE INDEX ON a (b)', 'CREATE INDEX a'],
    ['DROP TABLE IF EXISTS a, b CASCADE', 'DROP TABLE a b'],
    ['ALTER TABLE ONLY a DROP COLUMN b', 'ALTER TABLE a'],
    ['TRUNCATE a RESTART IDENTITY', 'TRUNCATE a'],
    ['BEGIN', 'BEGIN'],
    ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'START TRANSACTION'],
    ["SET search_path TO 'secret'", 'SET'],
    ['SAVEPOINT sp_17', 'SAVEPOINT'],
    ['COPY a FROM STDIN', 'COPY a'],
    ['CALL s.p(1)', 'CALL s.p'],
    ['EXEC dbo.p @a = 1', 'EXEC dbo.p'],
    ['EXPLAIN ANALYZE SELECT a FROM b', 'EXPLAIN SELECT b'],
    ['DECLARE c CURSOR FOR SELECT a FROM b', 'DECLARE SELECT b'],
    ['BEGIN; INSERT INTO a VALUES (1); UPDATE b SET c = 1; COMMIT;', 'BEGIN INSERT a UPDATE b COMMIT'],
    ['/* FROM x */ SELECT a -- FROM y\nFROM z', 'SELECT z'],
    ["SELECT ' FROM x' FROM y", 'SELECT y'],
  ];
  for (const [sql, expected] of table) test(sql, () => assert.equal(summary(sql), expected));

  test('is cut after the last word that fits', () => {
    const names = (length: number) => 'a'.repeat(length - 'SELECT '.length - ' bb'.length);
    assert.equal(summary(`SELECT 1 FROM ${names(MAX_SUMMARY_CHARS)}, bb`).length, MAX_SUMMARY_CHARS);
    const cut = names(MAX_SUMMARY_CHARS + 1);
    assert.equal(summary(`SELECT 1 FROM ${cut}, bb, c`), `SELECT ${cut}`);
  });
});

const canary = 'c4n4ryS3cr3t';
const fragment = fc.constantFrom(
  ...[
    'SELECT',
    'FROM',
    'IN (',
    '(',
    ')',
    ',',
    ';',
    '.',
    '-',
    '--',
    '/*',
    '*/',
    '\n',
    ' ',
    '[',
    ']',
    '#',
    '@',
    ':',
  ],
  ...[
    '"',
    '`',
    "'",
    '$',
    '$$',
    '$1',
    '?',
    'E',
    'a',
    '1',
    '1e5',
    '\\',
    '😀',
    '\ud83d',
    '\0',
    "'x'",
    '"y"',
    'UPDATE',
  ],
);
const anySql = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join('')),
);
const anyDialect = fc.constantFrom<SqlDialectName>('standard', 'mysql', 'sqlite');

describe('sanitizeSql: properties', () => {
  test('never throws and keeps the limits', () => {
    fc.assert(
      fc.property(anySql, anyDialect, (sql, dialect) => {
        const sanitized = sanitizeSql(sql, dialect);
        assert.ok(
          sanitized.text.length <= MAX_SQL_TEXT_CHARS && sanitized.summary.length <= MAX_SUMMARY_CHARS,
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('sanitizing what is sanitized changes nothing', () => {
    fc.assert(
      fc.property(anySql, anyDialect, (sql, dialect) => {
        const once = text(sql, dialect);
        assert.equal(text(once, dialect), once);
      }),
      { numRuns: 3000 },
    );
  });

  test('no literal gets through, closed or not, whatever stands around it', () => {
    const literals = [
      `'${canary}'`,
      `'a''${canary}'`,
      `E'\\'${canary}'`,
      `$$${canary}$$`,
      `$q$${canary}$q$`,
      `'${canary}`,
    ];
    const whole = fc.constantFrom(
      'SELECT',
      'a',
      '"b"',
      '(',
      ')',
      ',',
      'IN (',
      '=',
      '-',
      '||',
      '/* c */',
      '1',
      '$1',
      '?',
      '\n',
      ';',
    );
    const around = fc.array(whole, { maxLength: 20 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(around, fc.constantFrom(...literals), around, (before, literal, after) => {
        const sanitized = sanitizeSql(`${before} ${literal} ${after}`);
        assert.ok(!`${sanitized.text}${sanitized.summary}`.includes(canary));
      }),
      { numRuns: 2000 },
    );
  });

  test('no number gets through', () => {
    const number = fc
      .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.bigInt())
      .map(String);
    fc.assert(
      fc.property(number, (value) =>
        assert.match(text(`SELECT a FROM b WHERE c = ${value}`), /^SELECT a FROM b WHERE c = \?$/),
      ),
    );
  });
});

describe('hostile statements', () => {
  const pieces = [
    'a ',
    '(',
    "'",
    '"',
    '/*',
    '--',
    '--\r',
    '-',
    '$a',
    '[a',
    '1,',
    '.',
    '@',
    'a.',
    '😀',
    'SELECT 1;',
    'IN (1,',
  ];
  for (const piece of pieces) {
    test(`much of ${piece} takes no long time`, () => {
      const sql = piece.repeat(1_000_000 / piece.length);
      const start = process.hrtime.bigint();
      sanitizeSql(sql);
      // A few in fact; the slowest machine stays below this, time that grows with the square of the length does not.
      assert.ok(Number(process.hrtime.bigint() - start) / 1e6 < 250);
    });
  }
});

describe('createSqlSanitizer', () => {
  test('remembers a result, up to its limits', () => {
    const sanitize = createSqlSanitizer({ maxEntries: 2, maxChars: 1600 });
    const first = sanitize('SELECT 1');
    assert.equal(sanitize('SELECT 1'), first);
    sanitize('SELECT 1, 2');
    assert.equal(sanitize('SELECT 1'), first, 'two fit');
    sanitize('SELECT 1, 2, 3');
    assert.notEqual(sanitize('SELECT 1'), first, 'three do not');
  });

  test('does not remember long statements', () => {
    const sanitize = createSqlSanitizer({ maxChars: 1600 });
    const sql = (length: number) =>
      `SELECT '${'x'.repeat(length - 'SELECT ?SELECT'.length - "SELECT ''".length)}'`;
    assert.equal(sanitize(sql(100)), sanitize(sql(100)));
    assert.notEqual(sanitize(sql(101)), sanitize(sql(101)));
  });

  test('holds no more characters than allowed', () => {
    const sanitize = createSqlSanitizer({ maxChars: 640 });
    const first = sanitize('SELECT 1');
    assert.equal(sanitize('SELECT 1'), first);
    for (let i = 0; i < 40; i++) sanitize(`SELECT ${i + 2}`);
    assert.notEqual(sanitize('SELECT 1'), first);
  });
});
