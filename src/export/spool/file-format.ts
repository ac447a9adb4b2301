import { createHash } from 'node:crypto';

/** `OTLP`, a version, the number of items, the length of the body, and the start of its SHA-256; then the body, an encoded OTLP request. */
const magic = Buffer.from('OTLPSP01', 'latin1');
const digestBytes = 16;
const headerBytes = magic.length + 4 + 4 + digestBytes;

/** Head, digest and body of a file of the spool. */
export function encodeFile(body: Uint8Array, count: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  let position = magic.copy(header);
  position = header.writeUInt32LE(count, position);
  position = header.writeUInt32LE(body.byteLength, position);
  digest(body).copy(header, position);
  return Buffer.concat([header, body]);
}

/** @returns undefined for a file that is cut off, changed, or not ours. */
export function decodeFile(data: Buffer): { body: Uint8Array; count: number } | undefined {
  if (data.length < headerBytes || !data.subarray(0, magic.length).equals(magic)) return undefined;
  const count = data.readUInt32LE(magic.length);
  const length = data.readUInt32LE(magic.length + 4);
  const body = data.subarray(headerBytes);
  const expected = data.subarray(headerBytes - digestBytes, headerBytes);
  return body.length === length && digest(body).equals(expected) ? { body, count } : undefined;
}

function digest(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, digestBytes);
}
