import type { OutgoingHttpHeaders } from 'node:http2';
import { monotonicMillis } from '../../model/clock';
import type { Outcome } from '../outcome';
import type { Peer } from './connection';
import { statusInHeaderBlock } from './grpc-header-block';
import { outcomeOfStatus } from './grpc-status';
import { encodeHeaders, type Frame, FrameType, flags, frame, readFrames, streamId } from './http2-frames';
import { knownAddresses } from './lookup';
import { connectSync, descriptorOf, retryWhileBusy, writeAll } from './sync-socket';

/** Before a server says otherwise (RFC 9113, 6.5.2). */
const initialWindow = 65_535;
const maxFrameBytes = 16_384;
/** Headers and their continuations; behind that no status is looked for. */
const maxHeaderBlockBytes = 2 * maxFrameBytes;
/** Part of a frame, and what was read with it. */
const maxUnreadBytes = 2 * maxFrameBytes;

/** Whether {@link sendGrpcSync} can reach this peer: no TLS, no proxy, an address that is known, not on Windows (no descriptors). */
export function canSendGrpcSync(peer: Peer): boolean {
  return (
    peer.tls === undefined &&
    peer.tunnel === undefined &&
    process.platform !== 'win32' &&
    addressesOf(peer).length > 0
  );
}

const addressesOf = ({ socketPath, host }: Peer) => (socketPath ? [socketPath] : knownAddresses(host));

/**
 * Makes one call by system calls that block, for the end of a process: as much of HTTP/2 as one request needs, in 2 to 12 ms where another process
 * takes 50 and more. Of the answer only the status is read.
 *
 * @param message - with its prefix
 */
export function sendGrpcSync(
  peer: Peer,
  headers: OutgoingHttpHeaders,
  message: Uint8Array,
  budgetMillis: number,
): Outcome {
  const deadline = monotonicMillis() + budgetMillis;
  let outcome: Outcome = { kind: 'failure', reason: `${peer.host} is not resolved` };
  for (const address of addressesOf(peer)) {
    outcome = exchange(address, peer.socketPath ? undefined : peer.port, headers, message, deadline);
    if (outcome.kind !== 'retryable' || outcome.reason !== 'ECONNREFUSED') break;
  }
  return outcome;
}

function exchange(
  address: string,
  port: number | undefined,
  headers: OutgoingHttpHeaders,
  message: Uint8Array,
  deadline: number,
): Outcome {
  const socket = connectSync(address, port);
  const call = createCall(headers, message);
  try {
    const fd = descriptorOf(socket);
    if (fd === undefined) return { kind: 'failure', reason: 'no socket' };
    return converse(fd, call, deadline);
  } catch (error) {
    return lost((error as NodeJS.ErrnoException).code ?? (error as Error).message, call);
  } finally {
    socket.destroy();
  }
}

function converse(fd: number, call: Call, deadline: number): Outcome {
  const { readSync } = require('node:fs') as typeof import('node:fs');
  const chunk = Buffer.allocUnsafe(16_384);
  let unread: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for (;;) {
    if (!writeAll(fd, call.takeOutgoing(), deadline)) return lost('no connection', call);
    call.wrote();
    const count = retryWhileBusy(() => readSync(fd, chunk), deadline);
    // A server that never stops talking is no answer either.
    if (count === undefined || monotonicMillis() >= deadline) return lost('no answer', call);
    if (count === 0) return lost('CONNECTION_CLOSED', call);
    unread = Buffer.concat([unread, chunk.subarray(0, count)]);
    if (isFirst && !beginsLikeHttp2(unread)) return { kind: 'retryable', reason: 'ERR_HTTP2_ERROR' };
    const read = readFrames(unread);
    if (read === undefined || read.rest.length > maxUnreadBytes) return lost('ERR_HTTP2_ERROR', call);
    const { frames, rest } = read;
    unread = rest;
    isFirst &&= frames.length === 0;
    for (const each of frames) {
      const outcome = call.receive(each);
      if (outcome !== undefined) return outcome;
    }
  }
}

/** Every server begins with SETTINGS (RFC 9113, 3.4). */
const beginsLikeHttp2 = (received: Buffer) => received.length < 4 || received[3] === FrameType.settings;

function lost(reason: string, { hasLeft }: Call): Outcome {
  return hasLeft() ? { kind: 'retryable', reason, isUnanswered: true } : { kind: 'retryable', reason };
}

/** One request on one connection. */
interface Call {
  /** What can be sent now. */
  takeOutgoing(): Buffer;
  /** It has been sent. */
  wrote(): void;
  /** The outcome, once it is clear. */
  receive(frame: Frame): Outcome | undefined;
  /** Whether the server has all of it. */
  hasLeft(): boolean;
}

function createCall(headers: OutgoingHttpHeaders, message: Uint8Array): Call {
  const outgoing = [
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(FrameType.settings, 0, 0, Buffer.from([0, 2, 0, 0, 0, 0])), // ENABLE_PUSH = 0
    frame(FrameType.headers, flags.endHeaders, streamId, encodeHeaders(headers)),
  ];
  let connectionWindow = initialWindow;
  let streamWindow = initialWindow;
  let sent = 0;
  let hasLeft = false;
  let block: Buffer = Buffer.alloc(0);
  let endsStream = false;

  return { takeOutgoing, wrote, receive, hasLeft: () => hasLeft };

  function wrote(): void {
    hasLeft = sent === message.length;
  }

  function takeOutgoing(): Buffer {
    while (sent < message.length) {
      const size = Math.min(maxFrameBytes, message.length - sent, connectionWindow, streamWindow);
      if (size <= 0) break;
      const isLast = sent + size === message.length;
      const data = message.subarray(sent, sent + size);
      outgoing.push(frame(FrameType.data, isLast ? flags.endStream : 0, streamId, data));
      sent += size;
      connectionWindow -= size;
      streamWindow -= size;
    }
    return Buffer.concat(outgoing.splice(0));
  }

  function receive({ type, flags: set, stream, payload }: Frame): Outcome | undefined {
    switch (type) {
      case FrameType.settings:
        if ((set & flags.ack) === 0) applySettings(payload);
        break;
      case FrameType.ping:
        if ((set & flags.ack) === 0) outgoing.push(frame(FrameType.ping, flags.ack, 0, payload));
        break;
      case FrameType.windowUpdate:
        if (stream === 0) connectionWindow += payload.readUInt32BE(0) & 0x7fffffff;
        else streamWindow += payload.readUInt32BE(0) & 0x7fffffff;
        break;
      case FrameType.headers:
      case FrameType.continuation:
        return receiveHeaders(set, payload, type === FrameType.headers);
      case FrameType.resetStream:
        return { kind: 'retryable', reason: `the stream was reset (${payload.readUInt32BE(0)})` };
      case FrameType.goaway:
        if ((payload.readUInt32BE(0) & 0x7fffffff) < streamId) return { kind: 'retryable', reason: 'GOAWAY' };
    }
    return undefined;
  }

  function applySettings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const isInitialWindow = payload.readUInt16BE(at) === 4;
      if (isInitialWindow) streamWindow += payload.readUInt32BE(at + 2) - initialWindow;
    }
    outgoing.push(frame(FrameType.settings, flags.ack, 0, Buffer.alloc(0)));
  }

  function receiveHeaders(set: number, payload: Buffer, isStart: boolean): Outcome | undefined {
    if (isStart) endsStream = (set & flags.endStream) !== 0;
    block = isStart ? payload : Buffer.concat([block, payload]).subarray(0, maxHeaderBlockBytes);
    if ((set & flags.endHeaders) === 0 || !endsStream) return undefined;
    const status = statusInHeaderBlock(block);
    if (status === 0) return { kind: 'success' };
    return status === undefined ? { kind: 'failure', reason: 'NO_GRPC_STATUS' } : outcomeOfStatus(status);
  }
}
