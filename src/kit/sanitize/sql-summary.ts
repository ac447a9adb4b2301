import {
  beforeNested,
  Expected,
  endsTargets,
  Level,
  mayBeKeyword,
  modifiers,
  nestedOperations,
  objectTypes,
  operationLevel,
  takesObjectType,
  takesTarget,
} from './sql-keywords';
import { type Token, TokenKind } from './sql-tokens';

/** https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query */
export const MAX_SUMMARY_CHARS = 255;

/** What {@link summarizeToken} knows about the statement up to the current token. */
export interface SqlSummary {
  text: string;
  /** Nothing more fits. */
  isFull: boolean;
  /** What a name that comes next would be. */
  expected: Expected;
  /** The bits of `Level` for the parentheses that we are in, and for those around them. */
  level: number;
  outerLevels: number[];
  atStatementStart: boolean;
  /** The token before: a keyword in upper case or a symbol; empty if it was anything else. */
  previous: string;
  /** The name that is being read: a schema may precede a dot. */
  name: string;
  nameEndsWithDot: boolean;
}

/** A summary of nothing yet. */
export function emptySummary(): SqlSummary {
  return {
    text: '',
    isFull: false,
    expected: Expected.nothing,
    level: 0,
    outerLevels: [],
    atStatementStart: true,
    previous: '',
    name: '',
    nameEndsWithDot: false,
  };
}

/**
 * Takes the next token into the summary: `{operation} {target} {operation} ...` in the order and the case of the query.
 * A CTE is seen as the operations in it; a subquery too.
 *
 * @param summary changed in place
 * @param sql the statement
 * @param token its next token; the one of kind `end` must come last
 */
export function summarizeToken(summary: SqlSummary, sql: string, token: Token): void {
  if (summary.isFull) return;
  if (summary.name !== '') {
    if (continuesName(summary, sql, token)) return;
    summary.text = appended(summary, summary.name);
    summary.name = '';
    summary.expected = Expected.nothing;
  }
  let current = '';
  if (token.kind === TokenKind.word) {
    current = summary.previous === '.' ? '' : keywordOf(summary, sql, token);
    takeWord(summary, sql, token, current);
  } else if (token.kind === TokenKind.quotedName) {
    takeWord(summary, sql, token, current);
  } else if (token.kind === TokenKind.symbol) {
    current = sql[token.start]!;
    takeSymbol(summary, current);
  } else {
    summary.expected = Expected.nothing;
  }
  summary.previous = current;
}

function continuesName(summary: SqlSummary, sql: string, token: Token): boolean {
  if (token.kind === TokenKind.symbol && sql[token.start] === '.') summary.nameEndsWithDot = true;
  else if (!summary.nameEndsWithDot || (token.kind !== TokenKind.word && token.kind !== TokenKind.quotedName))
    return false;
  else summary.nameEndsWithDot = false;
  if (summary.name.length <= MAX_SUMMARY_CHARS) summary.name += sql.slice(token.start, token.end);
  return true;
}

function takeWord(summary: SqlSummary, sql: string, token: Token, keyword: string): void {
  if (summary.atStatementStart && keyword !== '') {
    summary.atStatementStart = false;
    // `WITH` is no operation of its own: those that follow are listed.
    if (keyword !== 'WITH') startOperation(summary, sql, token, keyword);
  } else if (keyword === 'SELECT' || isNestedOperation(summary, sql, token, keyword)) {
    startOperation(summary, sql, token, keyword);
  } else if (keyword === 'JOIN' || keyword === 'STRAIGHT_JOIN' || isFromOfTargets(summary, keyword)) {
    summary.expected = Expected.source;
    summary.level |= Level.inTargets;
  } else if (keyword === 'INTO' && summary.level & Level.hasInto) {
    summary.expected = Expected.source;
  } else if (keyword === 'USING' && summary.level & Level.hasUsing) {
    summary.expected = Expected.source;
    summary.level &= ~Level.inTargets;
  } else if (endsTargets.has(keyword)) {
    summary.expected = Expected.nothing;
    summary.level &= ~Level.inTargets;
  } else if (summary.expected !== Expected.nothing) {
    takeExpected(summary, sql, token, keyword);
  }
}

function isFromOfTargets(summary: SqlSummary, keyword: string): boolean {
  return keyword === 'FROM' && (summary.level & Level.hasFrom) !== 0 && summary.previous !== 'DISTINCT';
}

function isNestedOperation(summary: SqlSummary, sql: string, token: Token, keyword: string): boolean {
  return nestedOperations.has(keyword) && beforeNested.has(summary.previous) && sql[token.end] !== '(';
}

function startOperation(summary: SqlSummary, sql: string, token: Token, keyword: string): void {
  summary.text = appended(summary, sql.slice(token.start, token.end));
  summary.level = operationLevel[keyword] ?? 0;
  summary.expected = takesObjectType.has(keyword)
    ? Expected.objectType
    : takesTarget.has(keyword)
      ? Expected.target
      : Expected.nothing;
}

function takeExpected(summary: SqlSummary, sql: string, token: Token, keyword: string): void {
  if (summary.expected === Expected.objectType && objectTypes.has(keyword)) {
    summary.text = appended(summary, sql.slice(token.start, token.end));
    summary.expected = keyword === 'TRANSACTION' ? Expected.nothing : Expected.target;
  } else if (sql[token.start] === '@') {
    summary.expected = Expected.nothing;
  } else if (!modifiers[summary.expected].has(keyword)) {
    summary.name = sql.slice(token.start, token.end);
    summary.nameEndsWithDot = false;
  }
}

function takeSymbol(summary: SqlSummary, symbol: string): void {
  switch (symbol) {
    case '(':
      summary.outerLevels.push(summary.level);
      summary.level = summary.expected === Expected.source ? summary.level & Level.inTargets : 0;
      if (summary.level === 0) summary.expected = Expected.nothing;
      return;
    case ')':
      summary.level = summary.outerLevels.pop() ?? 0;
      break;
    case ',':
      summary.expected = summary.level & Level.inTargets ? Expected.source : Expected.nothing;
      return;
    case ';':
      summary.atStatementStart = true;
      summary.level = 0;
      summary.outerLevels.length = 0;
  }
  summary.expected = Expected.nothing;
}

function appended(summary: SqlSummary, part: string): string {
  const text = summary.text === '' ? part : `${summary.text} ${part}`;
  if (text.length <= MAX_SUMMARY_CHARS) return text;
  summary.isFull = true;
  return summary.text;
}

/** Upper case. Of a word that is no keyword, mostly empty. */
function keywordOf(summary: SqlSummary, sql: string, token: Token): string {
  const length = token.end - token.start;
  const mayBeOne = summary.atStatementStart || mayBeKeyword(sql.charCodeAt(token.start), length);
  return mayBeOne ? sql.slice(token.start, token.end).toUpperCase() : '';
}
