import type { Outcome, Sending } from '../outcome';

export type Compression = 'gzip' | 'none';

/** Sends a body compressed, if that is wanted. */
export function sendEncoded(
  compression: Compression,
  body: Uint8Array,
  done: (outcome: Outcome) => void,
  send: (encoded: Uint8Array) => Sending,
): Sending {
  if (compression === 'none') return send(body);
  let sending: Sending | undefined;
  const { gzip } = require('node:zlib') as typeof import('node:zlib');
  gzip(body, (error, zipped) => {
    if (error) done({ kind: 'failure', reason: error.message });
    else sending = send(zipped);
  });
  return { hasLeft: () => sending?.hasLeft() ?? false };
}

/** The same for the end of the process. */
export function encodeSync(compression: Compression, body: Uint8Array): Uint8Array {
  if (compression === 'none') return body;
  const { gzipSync } = require('node:zlib') as typeof import('node:zlib');
  return gzipSync(body);
}

/** Decompresses what is no larger than `maxBytes` then; `undefined` for anything else. */
export function gunzipped(
  body: Uint8Array,
  maxBytes: number,
  done: (decoded: Uint8Array | undefined) => void,
): void {
  const { gunzip } = require('node:zlib') as typeof import('node:zlib');
  gunzip(body, { maxOutputLength: maxBytes }, (error, decoded) => done(error ? undefined : decoded));
}
