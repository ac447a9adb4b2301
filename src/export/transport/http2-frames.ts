import type { OutgoingHttpHeaders } from 'node:http2';

/** Types of frames (RFC 9113, section 6). */
export const FrameType = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames (RFC 9113, section 6). */
export const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** The first stream that a client opens. */
export const streamId = 1;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

const headLength = 9;

/** Writes a frame (RFC 9113, 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** In what was received at once, tens of KB: an answer has a few, and one PING or WINDOW_UPDATE for each frame of ours. More is a flood. */
const maxFrames = 1024;

/**
 * The whole frames at the start of what was received, and what is left over.
 *
 * @returns undefined for a flood: more frames than any answer has (CVE-2019-9512 and its like)
 */
export function readFrames(received: Buffer): { frames: Frame[]; rest: Buffer } | undefined {
  const frames: Frame[] = [];
  let at = 0;
  while (at + headLength <= received.length) {
    const end = at + headLength + received.readUIntBE(at, 3);
    if (end > received.length) break;
    if (frames.length === maxFrames) return undefined;
    const payload = received.subarray(at + headLength, end);
    const stream = received.readUInt32BE(at + 5) & 0x7fffffff;
    frames.push({ type: received[at + 3]!, flags: received[at + 4]!, stream, payload });
    at = end;
  }
  return { frames, rest: received.subarray(at) };
}

/** A header block in which nothing is indexed or compressed (HPACK, RFC 7541, 6.2.2). */
export function encodeHeaders(headers: OutgoingHttpHeaders): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    parts.push(Buffer.from([0]), text(name), text(String(value)));
  }
  return Buffer.concat(parts);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** With a prefix of seven bits (RFC 7541, 5.1). */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
