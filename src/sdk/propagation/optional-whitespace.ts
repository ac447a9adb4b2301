const TAB = 0x09;
const SPACE = 0x20;

/**
 * The part of a header between two positions, without the spaces and tabs around it. `String.prototype.trim` would
 * also take characters that the header grammars do not allow there.
 *
 * @param text the header
 * @param start first position
 * @param end position after the last
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3 (OWS)
 */
export function sliceTrimmed(text: string, start: number, end: number): string {
  while (start < end && isOptionalWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isOptionalWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isOptionalWhitespace(code: number): boolean {
  return code === SPACE || code === TAB;
}
