import { isUtf8 } from 'node:buffer';
import { findMember } from './json-scan';

/** Fields in which a context travels, by name: `traceparent`, `tracestate`, `baggage`. */
export type Fields = Readonly<Record<string, string>>;

/** The values of `OTEL_NODE_MESSAGING_ENVELOPE`. */
export type EnvelopeMode = 'none' | 'metadata.otel' | 'metadata.otel+wrap';

/** Larger values are neither written nor read: they would be parsed for each message. */
export const maxEnvelopeBytes = 64 * 1024;

const openingBrace = 0x7b;
const marker = '"otel"';

/**
 * Puts a context into the body of a message, for systems on whose way headers are lost: under `metadata.otel` of a JSON object that has an
 * object `metadata`; with `+wrap` other JSON becomes `data` of a new object `{data, metadata}`. All other text stays character by character.
 *
 * @param body - never changed
 * @returns the new body, of the same type; `undefined` if the old one has to serve: no JSON, no UTF-8, too large, empty, a tombstone, or
 *   with an `otel` of its own
 */
export function addEnvelope(body: unknown, fields: Fields, mode: EnvelopeMode): string | Buffer | undefined {
  if (mode === 'none') return undefined;
  const isText = typeof body === 'string';
  if (!isText && !(body instanceof Uint8Array)) return undefined;
  if (body.length > maxEnvelopeBytes || !(isText || isUtf8(body))) return undefined;
  const extended = extend(isText ? body : asBuffer(body).toString(), fields, mode);
  if (extended === undefined || Buffer.byteLength(extended) > maxEnvelopeBytes) return undefined;
  return isText ? extended : Buffer.from(extended);
}

function extend(json: string, fields: Fields, mode: EnvelopeMode): string | undefined {
  // Most texts that are no JSON show it in their first character; only the others are worth the price of an exception.
  if (!/^[\s{["\d\-tfn]/.test(json)) return undefined;
  const parsed = parse(json);
  if (parsed === undefined) return undefined;
  const otel = `"otel":${JSON.stringify(fields)}`;
  const metadata = memberOf(parsed, 'metadata');
  if (isObject(metadata)) {
    if (Object.hasOwn(metadata, 'otel')) return undefined;
    const inside = findMember(json, 'metadata') + 1;
    const separator = Object.keys(metadata).length === 0 ? '' : ',';
    return json.slice(0, inside) + otel + separator + json.slice(inside);
  }
  return mode === 'metadata.otel+wrap' ? `{"data":${json},"metadata":{${otel}}}` : undefined;
}

/**
 * Reads what {@link addEnvelope} wrote. Cheap for other messages: only a body of at most 64 KiB that starts with a brace and contains
 * `"otel"` is parsed. Never throws.
 *
 * @returns the fields that are strings; `undefined` without any
 */
export function readEnvelope(body: unknown): Fields | undefined {
  const json = candidate(body);
  if (json === undefined) return undefined;
  const otel = memberOf(memberOf(parse(json), 'metadata'), 'otel');
  if (!isObject(otel)) return undefined;
  const fields = Object.entries(otel).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

function candidate(body: unknown): string | undefined {
  if (typeof body === 'string') {
    const isCandidate =
      body.charCodeAt(0) === openingBrace &&
      body.length <= maxEnvelopeBytes &&
      Buffer.byteLength(body) <= maxEnvelopeBytes &&
      body.includes(marker);
    return isCandidate ? body : undefined;
  }
  if (!(body instanceof Uint8Array) || body.length > maxEnvelopeBytes || body[0] !== openingBrace) {
    return undefined;
  }
  const buffer = asBuffer(body);
  return buffer.includes(marker) ? buffer.toString() : undefined;
}

/** `undefined` for what is no JSON: no JSON has that value. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
