/** ANSI "select graphic rendition" codes (ECMA-48, 8.3.117) used here. */
const sgr = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

export type Style = keyof typeof sgr;

/** The text in a style, where colours are wanted. */
export function paint(text: string, style: Style | undefined, colors: boolean): string {
  return colors && style !== undefined && text !== '' ? `\x1b[${sgr[style]}m${text}\x1b[0m` : text;
}

/**
 * Names and attributes hold what clients sent: without its control and direction-changing characters a text can neither
 * move the cursor nor break a line.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
}

/** Cuts to `columns`, the last one an ellipsis, or fills up with spaces. */
export function fit(text: string, columns: number): string {
  const width = columnsOf(text);
  return width > columns ? cut(text, columns) : text + ' '.repeat(columns - width);
}

/** Cuts to at most `columns`, the last one an ellipsis when something is cut. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 1) return '';
  let result = '';
  let left = columns - 1;
  for (const character of text) {
    left -= columnsOf(character);
    if (left < 0) break;
    result += character;
  }
  return `${result}…${' '.repeat(Math.max(0, columns - 1 - columnsOf(result)))}`;
}

/** Terminal columns of a text: East Asian wide characters and emoji take two, combining marks none. */
export function columnsOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** `0 µs`, `812 µs`, `4.12 ms`, `43.2 ms`, `1.23 s`, `2 min 3 s`. */
export function duration(nanos: bigint): string {
  if (nanos < 0n) return `-${duration(-nanos)}`;
  const micros = Number(nanos) / 1000;
  if (micros < 999.5) return `${Math.round(micros)} µs`;
  if (micros < 999_500) return `${threeDigits(micros / 1000)} ms`;
  if (micros < 59_995_000) return `${threeDigits(micros / 1_000_000)} s`;
  const seconds = Math.round(micros / 1_000_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function threeDigits(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
