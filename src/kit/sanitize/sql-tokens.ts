import {
  AT,
  BACKTICK,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  DASH,
  DOLLAR,
  DOT,
  DOUBLE_QUOTE,
  endOfBracketed,
  endOfComment,
  endOfLine,
  endOfNumber,
  endOfQuoted,
  endOfString,
  endOfWord,
  HASH,
  isDigit,
  isNumberAt,
  isPlainSymbol,
  isWordPart,
  isWordStart,
  OPEN_BRACKET,
  PLUS,
  QUESTION_MARK,
  QUOTE,
  SLASH,
  STAR,
} from './sql-lexemes';

/** What a stretch of SQL text is. Comments and white space are not tokens. */
export enum TokenKind {
  start,
  end,
  /** Keyword, name or variable: `SELECT`, `users`, `@p1`, `#temp`. */
  word,
  /** `"users"`, `` `users` ``, `[users]`. */
  quotedName,
  /** String, number, or what may be one. */
  literal,
  /** `?`, `?1`, `$1`. */
  placeholder,
  /** Any other character, alone. */
  symbol,
}

/** The place of the scanner: moved on by {@link readToken}, one object a statement. */
export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
  /** Whether white space or a comment stands before it. */
  spaced: boolean;
}

/** Where dialects read the same characters differently, so that guessing could let a literal through. */
export interface SqlDialect {
  /** In every string, not only in `E'...'`. */
  readonly backslashEscapes: boolean;
  readonly doubleQuotedStrings: boolean;
  readonly hashComments: boolean;
  readonly nestedComments: boolean;
  readonly carriageReturnEndsLine: boolean;
}

/** Placeholders go up to 65,535; a longer run of digits after `$` or `?` is somebody's number. */
const MAX_PLACEHOLDER_DIGITS = 5;

/**
 * Moves on to the next token. Total: any text ends in a token of kind `end`; whatever is not closed (string, quoted
 * name) is a literal up to the end. Time is linear in the length of the token.
 *
 * @param sql the statement
 * @param token in: the token before; out: the next one
 * @param dialect how to read what dialects read differently
 */
export function readToken(sql: string, token: Token, dialect: SqlDialect): void {
  const start = skipSpace(sql, token.end, dialect);
  token.spaced = start > token.end;
  token.start = start;
  if (start >= sql.length) {
    token.kind = TokenKind.end;
    token.end = start;
    return;
  }
  const code = sql.charCodeAt(start);
  if (isWordStart(code) || ((code === AT || code === HASH) && isNameOfVariable(sql, start, code))) {
    readWord(sql, token, dialect);
  } else if (isPlainSymbol(code)) {
    set(token, TokenKind.symbol, start + 1);
  } else if (isNumberAt(sql, start)) {
    set(token, TokenKind.literal, endOfNumber(sql, start));
  } else if (isSignOfNumber(sql, token, code)) {
    set(token, TokenKind.literal, endOfNumber(sql, start + 1));
  } else if (code === QUOTE || (code === DOUBLE_QUOTE && dialect.doubleQuotedStrings)) {
    set(token, TokenKind.literal, endOfString(sql, start, dialect.backslashEscapes));
  } else if (code === DOUBLE_QUOTE || code === BACKTICK) {
    const end = endOfQuoted(sql, start, false);
    set(token, end < 0 ? TokenKind.literal : TokenKind.quotedName, end < 0 ? sql.length : end);
  } else if (code === OPEN_BRACKET) {
    const end = endOfBracketed(sql, start);
    set(token, end < 0 ? TokenKind.symbol : TokenKind.quotedName, end < 0 ? start + 1 : end);
  } else if (code === DOLLAR || code === QUESTION_MARK) {
    readDollarOrQuestionMark(sql, token, code);
  } else {
    set(token, TokenKind.symbol, start + 1);
  }
}

function set(token: Token, kind: TokenKind, end: number): void {
  token.kind = kind;
  token.end = end;
}

/** `@p1`, `@@rowcount`, `#temp`, `##temp` */
function isNameOfVariable(sql: string, start: number, code: number): boolean {
  const next = sql.charCodeAt(start + 1);
  return isWordStart(next) || next === code;
}

/** Asked while the token is still the one before. */
function isSignOfNumber(sql: string, token: Token, code: number): boolean {
  return (code === DASH || code === PLUS) && isNumberAt(sql, token.start + 1) && !isOperand(sql, token);
}

/** After an operand a sign is an operator, elsewhere it belongs to the number. */
function isOperand(sql: string, token: Token): boolean {
  if (token.kind !== TokenKind.symbol) return token.kind !== TokenKind.start;
  const code = sql.charCodeAt(token.end - 1);
  return code === CLOSE_PAREN || code === CLOSE_BRACKET;
}

function skipSpace(sql: string, position: number, dialect: SqlDialect): number {
  for (;;) {
    const code = sql.charCodeAt(position);
    if (code <= 0x20) position++;
    // Nothing above it begins a comment.
    else if (code > SLASH) return position;
    else if (code === SLASH && sql.charCodeAt(position + 1) === STAR) {
      position = endOfComment(sql, position, dialect.nestedComments);
    } else if (code === DASH && isDashComment(sql, position, dialect))
      position = endOfLine(sql, position, dialect.carriageReturnEndsLine);
    else if (code === HASH && dialect.hashComments)
      position = endOfLine(sql, position, dialect.carriageReturnEndsLine);
    else return position;
  }
}

/** MySQL wants a space after the dashes: `5--3` is 8 there. It is also the one with comments that start with `#`. */
function isDashComment(sql: string, position: number, dialect: SqlDialect): boolean {
  if (sql.charCodeAt(position + 1) !== DASH) return false;
  return !dialect.hashComments || position + 2 >= sql.length || sql.charCodeAt(position + 2) <= 0x20;
}

function readWord(sql: string, token: Token, dialect: SqlDialect): void {
  const { start } = token;
  const isDoubled =
    !isWordStart(sql.charCodeAt(start)) && sql.charCodeAt(start) === sql.charCodeAt(start + 1);
  const end = endOfWord(sql, start + (isDoubled ? 2 : 1));
  if (end - start === 1 && sql.charCodeAt(end) === QUOTE && isStringPrefix(sql.charCodeAt(start))) {
    const isEscapeString = (sql.charCodeAt(start) | 0x20) === 0x65;
    set(token, TokenKind.literal, endOfString(sql, end, isEscapeString || dialect.backslashEscapes));
  } else {
    set(token, TokenKind.word, end);
  }
}

/** `E'..'` with escapes, `B'..'` and `X'..'` of bits, `N'..'` of national characters. */
function isStringPrefix(code: number): boolean {
  const lowerCase = code | 0x20;
  return lowerCase === 0x65 || lowerCase === 0x62 || lowerCase === 0x78 || lowerCase === 0x6e;
}

function readDollarOrQuestionMark(sql: string, token: Token, code: number): void {
  const start = token.start;
  let digitsEnd = start + 1;
  while (isDigit(sql.charCodeAt(digitsEnd))) digitsEnd++;
  const digits = digitsEnd - start - 1;
  const isNumber = digits > MAX_PLACEHOLDER_DIGITS || sql.charCodeAt(digitsEnd) === DOT;
  if (digits > 0 && isNumber) set(token, TokenKind.literal, endOfNumber(sql, start + 1));
  else if (digits > 0 || code === QUESTION_MARK) set(token, TokenKind.placeholder, digitsEnd);
  else readDollarQuoted(sql, token);
}

/** `$$...$$`, `$tag$...$tag$`. https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-DOLLAR-QUOTING */
function readDollarQuoted(sql: string, token: Token): void {
  let tagEnd = token.start + 1;
  while (isWordPart(sql.charCodeAt(tagEnd)) && sql.charCodeAt(tagEnd) !== DOLLAR) tagEnd++;
  if (sql.charCodeAt(tagEnd) !== DOLLAR) {
    set(token, TokenKind.symbol, token.start + 1);
    return;
  }
  const tag = sql.slice(token.start, tagEnd + 1);
  const close = sql.indexOf(tag, tagEnd + 1);
  set(token, TokenKind.literal, close < 0 ? sql.length : close + tag.length);
}
