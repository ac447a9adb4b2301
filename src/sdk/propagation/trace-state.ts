import type { TraceState } from '@opentelemetry/api';
import { sliceTrimmed } from './optional-whitespace';

/** https://www.w3.org/TR/trace-context-2/#list */
const MAX_TRACE_STATE_MEMBERS = 32;
/** Of a key and of a value. */
const MAX_TRACE_STATE_FIELD_CHARS = 256;
/** A receiver must keep at least 512. More than this is dropped: every span of the trace would carry it. */
export const MAX_TRACE_STATE_CHARS = 8192;

const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * A `tracestate` that is parsed when somebody first looks into it: most programs only pass it on. A header that breaks
 * the grammar or a limit reads as empty, as a whole. Of a repeated key the first, most recent, member stays.
 *
 * @param header the header's value, several lines joined by commas
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function lazyTraceState(header: string): TraceState {
  let members: ReadonlyMap<string, string> | undefined;
  let text: string | undefined;
  const parsed = () => {
    members ??= parseMembers(header) ?? NOTHING;
    return members;
  };
  return {
    get: (key) => parsed().get(key),
    set: (key, value) =>
      isKey(key) && isValue(value)
        ? fromMembers([[key, value], ...without(parsed(), key)])
        : fromMembers([...parsed()]),
    unset: (key) => fromMembers(without(parsed(), key)),
    serialize: () => {
      text ??= format(parsed());
      return text;
    },
  };
}

function fromMembers(members: [string, string][]): TraceState {
  return lazyTraceState(format(members.slice(0, MAX_TRACE_STATE_MEMBERS)));
}

function without(members: ReadonlyMap<string, string>, key: string): [string, string][] {
  return [...members].filter(([name]) => name !== key);
}

function format(members: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [key, value] of members) text += `${text === '' ? '' : ','}${key}=${value}`;
  return text;
}

function parseMembers(header: string): Map<string, string> | undefined {
  if (header.length > MAX_TRACE_STATE_CHARS) return undefined;
  const members = new Map<string, string>();
  let count = 0;
  for (let start = 0; start <= header.length; ) {
    const comma = header.indexOf(',', start);
    const end = comma < 0 ? header.length : comma;
    const member = sliceTrimmed(header, start, end);
    start = end + 1;
    if (member === '') continue;
    const equals = member.indexOf('=');
    const key = member.slice(0, Math.max(equals, 0));
    const value = member.slice(equals + 1);
    if (++count > MAX_TRACE_STATE_MEMBERS || !isKey(key) || !isValue(value)) return undefined;
    if (!members.has(key)) members.set(key, value);
  }
  return members;
}

/** Level 2's grammar, which allows all that level 1's does. */
function isKey(key: string): boolean {
  if (key.length === 0 || key.length > MAX_TRACE_STATE_FIELD_CHARS) return false;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    const isLetterOrDigit = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
    if (!isLetterOrDigit && (i === 0 || !'_-*/@'.includes(key[i]!))) return false;
  }
  return true;
}

/** Printable ASCII but comma and equals sign, and no space at the end. */
function isValue(value: string): boolean {
  if (value.length === 0 || value.length > MAX_TRACE_STATE_FIELD_CHARS || value.endsWith(' ')) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x2c || code === 0x3d) return false;
  }
  return true;
}
