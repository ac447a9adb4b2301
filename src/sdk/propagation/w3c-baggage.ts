import type { Baggage, BaggageEntry, TextMapPropagator } from '@opentelemetry/api';
import { baggageMetadata, baggageOf, createBaggage, withBaggage } from './baggage';
import { listHeader } from './header-value';
import { sliceTrimmed } from './optional-whitespace';
import { percentDecode, percentEncode } from './percent-encoding';

const BAGGAGE = 'baggage';

/** Members beyond the first of these limits are not read, and not sent. https://www.w3.org/TR/baggage/#limits */
export const MAX_BAGGAGE_BYTES = 8192;
/** See {@link MAX_BAGGAGE_BYTES}. */
export const MAX_BAGGAGE_ENTRIES = 180;

/**
 * Carries baggage in the header of that name. A member that breaks the grammar is left out, the others stay.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export const w3cBaggage: TextMapPropagator = {
  inject(context, carrier, setter) {
    const baggage = baggageOf(context);
    const header = baggage === undefined ? '' : formatBaggage(baggage);
    if (header !== '') setter.set(carrier, BAGGAGE, header);
  },

  extract(context, carrier, getter) {
    const header = listHeader(getter.get(carrier, BAGGAGE), MAX_BAGGAGE_BYTES);
    const baggage = header === undefined ? undefined : parseBaggage(header);
    return baggage === undefined ? context : withBaggage(context, baggage);
  },

  fields: () => [BAGGAGE],
};

/**
 * Reads a `baggage` header. Total: no input throws, the work is bounded by {@link MAX_BAGGAGE_BYTES}.
 *
 * @param header the header's value, several lines joined by commas
 * @returns the baggage, or undefined when there is no valid member
 */
export function parseBaggage(header: string): Baggage | undefined {
  // Without a prototype, or the key `__proto__` would set it.
  const entries: Record<string, BaggageEntry> = Object.create(null);
  let count = 0;
  for (let start = 0; start < header.length && count < MAX_BAGGAGE_ENTRIES; ) {
    const comma = header.indexOf(',', start);
    const end = comma < 0 ? header.length : comma;
    if (end > MAX_BAGGAGE_BYTES) break;
    if (readMember(header.slice(start, end), entries)) count++;
    start = end + 1;
  }
  return count > 0 ? createBaggage(entries) : undefined;
}

function readMember(member: string, entries: Record<string, BaggageEntry>): boolean {
  const semicolon = member.indexOf(';');
  const valueEnd = semicolon < 0 ? member.length : semicolon;
  const equals = member.indexOf('=');
  if (equals < 0 || equals > valueEnd) return false;
  const key = sliceTrimmed(member, 0, equals);
  if (!isToken(key)) return false;
  const value = percentDecode(sliceTrimmed(member, equals + 1, valueEnd));
  const metadata = sliceTrimmed(member, valueEnd + 1, member.length);
  entries[key] = metadata === '' ? { value } : { value, metadata: baggageMetadata(metadata) };
  return true;
}

/**
 * Writes a `baggage` header.
 *
 * @param baggage any; entries whose key is no token, and those beyond the limits, are left out
 * @returns the header's value, empty when nothing is left
 */
export function formatBaggage(baggage: Baggage): string {
  let header = '';
  let count = 0;
  for (const [key, entry] of baggage.getAllEntries()) {
    const member = formatMember(key, entry);
    if (member === undefined) continue;
    const separator = header === '' ? '' : ',';
    if (header.length + separator.length + member.length > MAX_BAGGAGE_BYTES) continue;
    header += separator + member;
    if (++count === MAX_BAGGAGE_ENTRIES) break;
  }
  return header;
}

function formatMember(key: string, entry: BaggageEntry): string | undefined {
  try {
    if (!isToken(key)) return undefined;
    const member = `${key}=${percentEncode(String(entry.value))}`;
    const metadata = entry.metadata?.toString();
    return metadata && isPropertyList(metadata) ? `${member};${metadata}` : member;
  } catch {
    // The program may have put anything there, also what cannot become a string.
    return undefined;
  }
}

const tokenCharacters = asciiTable(
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
);

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (tokenCharacters[text.charCodeAt(i)] !== 1) return false;
  }
  return text !== '';
}

/** Opaque to us, but it must not end the member or the header line. */
function isPropertyList(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x2c) return false;
  }
  return true;
}

function asciiTable(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
