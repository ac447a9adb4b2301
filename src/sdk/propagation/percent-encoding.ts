const PERCENT = 0x25;

/**
 * Percent-decodes UTF-8 text. Unlike `decodeURIComponent` it never throws: bytes that are no UTF-8 become U+FFFD and a
 * percent sign without two hex digits stays.
 *
 * @param text what stands in the header
 * @see https://www.w3.org/TR/baggage/#value
 */
export function percentDecode(text: string): string {
  // That function throws at what is none, which takes longer than all the rest.
  return text.includes('%') ? decodeBytes(Buffer.from(text)) : text;
}

/**
 * Percent-encodes text as UTF-8. Unlike `encodeURIComponent` it never throws: half a surrogate pair becomes U+FFFD.
 *
 * @param text any text
 */
export function percentEncode(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return encodeURIComponent(Buffer.from(text).toString());
  }
}

function decodeBytes(bytes: Buffer): string {
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const decoded = bytes[i] === PERCENT ? hexByte(bytes[i + 1], bytes[i + 2]) : -1;
    bytes[length++] = decoded < 0 ? bytes[i]! : decoded;
    if (decoded >= 0) i += 2;
  }
  return bytes.toString('utf8', 0, length);
}

function hexByte(high: number | undefined, low: number | undefined): number {
  const value = hexDigit(high) * 16 + hexDigit(low);
  return Number.isNaN(value) ? -1 : value;
}

function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lowerCase = code | 0x20;
  return lowerCase >= 0x61 && lowerCase <= 0x66 ? lowerCase - 0x57 : Number.NaN;
}
