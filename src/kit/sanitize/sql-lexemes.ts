/** Where the parts of SQL text end. Every function takes the position of the first character and is total. */

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
export const QUOTE = 0x27;
export const DOUBLE_QUOTE = 0x22;
export const BACKTICK = 0x60;
export const BACKSLASH = 0x5c;
export const DOLLAR = 0x24;
export const QUESTION_MARK = 0x3f;
export const HASH = 0x23;
export const AT = 0x40;
export const DOT = 0x2e;
export const DASH = 0x2d;
export const PLUS = 0x2b;
export const SLASH = 0x2f;
export const STAR = 0x2a;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const CLOSE_PAREN = 0x29;

/** SQL Server's limit; also bounds the search for the closing bracket. */
const MAX_BRACKETED_CHARS = 128;

/** PostgreSQL ends a comment also at a carriage return, the others do not. */
export function endOfLine(sql: string, position: number, carriageReturnEnds: boolean): number {
  for (; position < sql.length; position++) {
    const code = sql.charCodeAt(position);
    if (code === NEWLINE || (code === CARRIAGE_RETURN && carriageReturnEnds)) break;
  }
  return position;
}

export function endOfComment(sql: string, start: number, nested: boolean): number {
  if (!nested) {
    const close = sql.indexOf('*/', start + 2);
    return close < 0 ? sql.length : close + 2;
  }
  let depth = 1;
  let position = start + 2;
  while (position < sql.length) {
    const code = sql.charCodeAt(position++);
    if (code === STAR && sql.charCodeAt(position) === SLASH) {
      position++;
      if (--depth === 0) return position;
    } else if (code === SLASH && sql.charCodeAt(position) === STAR) {
      position++;
      depth++;
    }
  }
  return sql.length;
}

export function endOfWord(sql: string, position: number): number {
  while (isWordPart(sql.charCodeAt(position))) position++;
  return position;
}

/** Generous: `1e-5`, `0xFF`, `1_000`, `1.5.2`, `12ab` are all one literal. */
export function endOfNumber(sql: string, start: number): number {
  const isHex = (sql.charCodeAt(start + 1) | 0x20) === 0x78;
  let position = start;
  for (;;) {
    const code = sql.charCodeAt(position);
    const isExponentSign =
      (code === DASH || code === PLUS) && !isHex && isDigit(sql.charCodeAt(position + 1));
    if (isExponentSign && (sql.charCodeAt(position - 1) | 0x20) === 0x65) position += 2;
    else if (code === DOT || isWordPart(code)) position++;
    else return position;
  }
}

/** A string that is not closed reaches to the end of the text. */
export function endOfString(sql: string, start: number, backslashEscapes: boolean): number {
  const end = endOfQuoted(sql, start, backslashEscapes);
  return end < 0 ? sql.length : end;
}

/** The position after the closing quote, -1 if there is none. A doubled quote stands for itself. */
export function endOfQuoted(sql: string, start: number, backslashEscapes: boolean): number {
  const quote = sql.charCodeAt(start);
  for (let position = start + 1; position < sql.length; position++) {
    const code = sql.charCodeAt(position);
    if (code === BACKSLASH && backslashEscapes) position++;
    else if (code === quote) {
      if (sql.charCodeAt(position + 1) !== quote) return position + 1;
      position++;
    }
  }
  return -1;
}

/** -1 if it is no name but an array's subscript or constructor, which may hold literals. */
export function endOfBracketed(sql: string, start: number): number {
  if (!isWordStart(sql.charCodeAt(start + 1)) && sql.charCodeAt(start + 1) !== HASH) return -1;
  const limit = start + MAX_BRACKETED_CHARS + 2;
  for (let position = start + 2; position < limit; position++) {
    const code = sql.charCodeAt(position);
    if (code === CLOSE_BRACKET) return position + 1;
    if (code !== 0x20 && !isWordPart(code)) return -1;
  }
  return -1;
}

export function isNumberAt(sql: string, position: number): boolean {
  const code = sql.charCodeAt(position);
  return isDigit(code) || (code === DOT && isDigit(sql.charCodeAt(position + 1)));
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Everything beyond ASCII may stand in a name, so no surrogate pair is ever split. */
export function isWordStart(code: number): boolean {
  return code >= 0x80 || characters[code] === Character.anywhereInWord;
}

export function isWordPart(code: number): boolean {
  return code >= 0x80 || characters[code]! >= Character.laterInWord;
}

/** Whether the character means nothing together with those behind it; a comment has been ruled out. */
export function isPlainSymbol(code: number): boolean {
  return characters[code] === Character.plain;
}

/** What an ASCII character may be, from the most special on. */
enum Character {
  special,
  plain,
  laterInWord,
  anywhereInWord,
}

const characters = new Uint8Array(0x80);
for (let code = 0; code < 0x80; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) characters[code] = Character.anywhereInWord;
  else if (/[0-9$]/.test(character)) characters[code] = Character.laterInWord;
  else if (!/['"`[?@#.+-]/.test(character)) characters[code] = Character.plain;
}
