export interface Message {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly partition?: number;
  readonly timestamp?: string;
}

/** Attributes of a single message. */
export function describeMessage({ key, value }: Message) {
  const text = printable(key);
  return {
    ...(text === undefined ? {} : { 'kafka.message.key': text }),
    ...(value === null ? { 'kafka.message.tombstone': true } : {}),
  };
}

const maxKeyLength = 256;

/** A key as text; `undefined` for bytes that are none. */
function printable(key: unknown): string | undefined {
  const text = Buffer.isBuffer(key) ? key.subarray(0, 4 * maxKeyLength).toString() : key;
  if (typeof text !== 'string') return undefined;
  const capped = text.slice(0, maxKeyLength);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
  return /[\u0000-\u001f\u007f\ufffd]/.test(capped) ? undefined : capped;
}

/** Headers are strings or buffers, several of one name an array. */
export const headers = { get: readHeader, keys: headerNames };

function readHeader({ headers }: Message, name: string): string | string[] | undefined {
  const value = headers?.[name];
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.map(String) : String(value);
}

function headerNames({ headers }: Message): string[] {
  return headers ? Object.keys(headers) : [];
}
