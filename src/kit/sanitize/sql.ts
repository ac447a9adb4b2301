import { emptySummary, summarizeToken } from './sql-summary';
import { readToken, type SqlDialect, type Token, TokenKind } from './sql-tokens';

export { MAX_SUMMARY_CHARS } from './sql-summary';

/** Of the sanitized text, in UTF-16 code units; it ends after a whole token. */
export const MAX_SQL_TEXT_CHARS = 2048;
/**
 * What stands further back in a statement is not looked at: no statement may hold up the program. Eight times what is stored, since comments, long
 * literals and lists shrink. With as many tokens as can be stored, a statement costs less than a millisecond, also before the code is optimized.
 */
export const MAX_SCANNED_SQL_CHARS = 16_384;
const MAX_SCANNED_SQL_TOKENS = 2048;

export interface SanitizedSql {
  /** `db.query.text`: literals are `?`, comments gone, white space single, `IN (?, ?)` is `IN (?)`. */
  readonly text: string;
  /** `db.query.summary`: operations and their targets as written, at most 255 characters. */
  readonly summary: string;
}

/** PostgreSQL and SQL Server follow the standard here. */
const dialects = {
  standard: {
    backslashEscapes: false,
    doubleQuotedStrings: false,
    hashComments: false,
    nestedComments: true,
    carriageReturnEndsLine: true,
  },
  mysql: {
    backslashEscapes: true,
    doubleQuotedStrings: true,
    hashComments: true,
    nestedComments: false,
    carriageReturnEndsLine: false,
  },
  sqlite: {
    backslashEscapes: false,
    doubleQuotedStrings: false,
    hashComments: false,
    nestedComments: false,
    carriageReturnEndsLine: false,
  },
} satisfies Record<string, SqlDialect>;

export type SqlDialectName = keyof typeof dialects;

/**
 * Makes a SQL statement safe to send and short. Total, in one pass over a bounded part of the statement.
 * Placeholders, names and the words TRUE, FALSE and NULL stay.
 *
 * @param sql one statement or several
 * @param dialect whose quoting rules apply
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/#sanitization-of-dbquerytext
 */
export function sanitizeSql(sql: string, dialect: SqlDialectName = 'standard'): SanitizedSql {
  if (typeof sql !== 'string') return { text: '', summary: '' };
  const isCut = sql.length > MAX_SCANNED_SQL_CHARS;
  if (isCut) sql = sql.slice(0, MAX_SCANNED_SQL_CHARS);
  const rules = dialects[dialect];
  const token: Token = { kind: TokenKind.start, start: 0, end: 0, spaced: false };
  const summary = emptySummary();
  const writer: Writer = { text: '', last: '', isFull: false, inList: false, afterIn: false, comma: '' };
  for (let tokens = 0; tokens < MAX_SCANNED_SQL_TOKENS && token.kind !== TokenKind.end; tokens++) {
    if (summary.isFull && writer.isFull) break;
    readToken(sql, token, rules);
    // The last token before the cut may be half of one.
    if (isCut && token.end === sql.length) break;
    summarizeToken(summary, sql, token);
    if (!writer.isFull) write(writer, sql, token);
  }
  return { text: writer.text, summary: summary.text };
}

interface Writer {
  text: string;
  /** What `text` ends with: to look there would copy it. */
  last: string;
  isFull: boolean;
  /** Directly inside the parentheses of `IN (...)`. */
  inList: boolean;
  afterIn: boolean;
  /** The comma of a list, held back until it is known whether another literal follows. */
  comma: string;
}

function write(writer: Writer, sql: string, token: Token): void {
  if (token.kind === TokenKind.end) return;
  const part = token.kind === TokenKind.literal ? '?' : sql.slice(token.start, token.end);
  // In MySQL two dashes may be two signs; a space behind them would make them a comment.
  const isSpaced = token.spaced || (part === '-' && writer.last === '-');
  const gap = isSpaced && writer.text !== '' ? ' ' : '';
  if (writer.comma !== '' && part === '?') {
    writer.comma = '';
    return;
  }
  if (writer.inList && part === ',' && writer.comma === '' && writer.last === '?') {
    writer.comma = `${gap},`;
    return;
  }
  if (writer.text.length + writer.comma.length + gap.length + part.length > MAX_SQL_TEXT_CHARS) {
    writer.isFull = true;
    return;
  }
  writer.text += writer.comma + gap + part;
  writer.last = part;
  writer.comma = '';
  if (part === '(') writer.inList = writer.afterIn;
  else if (part === ')') writer.inList = false;
  writer.afterIn = part.length === 2 && part.toUpperCase() === 'IN';
}

/**
 * {@link sanitizeSql} with a memory, since programs send the same few statements again and again. When the memory is
 * full it is emptied: that is cheaper than keeping order, and a program that fills it gains nothing from it anyway.
 *
 * @param options.maxEntries statements remembered
 * @param options.maxChars of all remembered statements and results; a statement over a sixteenth of it is not remembered
 */
export function createSqlSanitizer(
  options: { dialect?: SqlDialectName; maxEntries?: number; maxChars?: number } = {},
): (sql: string) => SanitizedSql {
  const { dialect = 'standard', maxEntries = 500, maxChars = 262_144 } = options;
  const known = new Map<string, SanitizedSql>();
  let chars = 0;
  return (sql) => {
    // Not even looked up, which reads all of it.
    if (typeof sql === 'string' && sql.length > maxChars / 16) return sanitizeSql(sql, dialect);
    const found = known.get(sql);
    if (found !== undefined) return found;
    const sanitized = sanitizeSql(sql, dialect);
    const size = sql.length + sanitized.text.length + sanitized.summary.length;
    if (!(size <= maxChars / 16)) return sanitized;
    if (known.size >= maxEntries || chars + size > maxChars) {
      known.clear();
      chars = 0;
    }
    known.set(sql, sanitized);
    chars += size;
    return sanitized;
  };
}
