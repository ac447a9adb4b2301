/** Connections that failed in a way that may pass (OTLP specification: "if the client cannot connect, it SHOULD retry"). */
const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
  // Of a Unix domain socket that nobody has made yet.
  'ENOENT',
  // HTTP/2, of a connection that is given up or that the server gives up.
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
]);

/** Whether an attempt with a new connection may succeed. */
export function isConnectionFailure(error: Error): boolean {
  return error instanceof ProxyError ? !error.isFinal : passing.has(failureCode(error));
}

/** A proxy that cannot be reached or does not open a tunnel; the message names it. */
export class ProxyError extends Error {
  constructor(
    message: string,
    readonly isFinal = false,
  ) {
    super(message);
  }
}

/**
 * A short name for what went wrong, the key into the table of explanations (src/export/explain.ts); else the message.
 */
export function failureCode(error: NodeJS.ErrnoException & { rawPacket?: Buffer; errors?: unknown }): string {
  const { code, message, rawPacket } = error;
  if (code?.startsWith('HPE_') && rawPacket) return unexpectedProtocol(rawPacket) ?? code;
  // All addresses of a name failed: one of them tells enough.
  const [first] = Array.isArray(error.errors) ? (error.errors as NodeJS.ErrnoException[]) : [];
  return (code ?? first?.code) || message;
}

/** Names of our own, for what a server says that speaks something else than HTTP/1. */
function unexpectedProtocol(packet: Buffer): string | undefined {
  const [first, , , fourth] = packet;
  if (first === 0x15 || first === 0x16) return 'ANSWERED_IN_TLS';
  // A SETTINGS frame, with which every HTTP/2 server begins (RFC 9113, 3.4).
  if (first === 0 && fourth === 4) return 'ANSWERED_IN_HTTP2';
  return undefined;
}
