/**
 * Random trace and span ids (W3C Trace Context, section 3.2). `Math.random` is taken when this module loads, since
 * programs seed it; unlike `node:crypto` it costs nothing to load and is not worse than other SDKs' generators.
 */
const random = Math.random;

/** 32 hex digits, never all zero. */
export function newTraceId(): string {
  return nonZeroHex8() + hex8() + hex8() + hex8();
}

/** 16 hex digits, never all zero. */
export function newSpanId(): string {
  return nonZeroHex8() + hex8();
}

function nonZeroHex8(): string {
  return toHex8(1 + Math.floor(random() * 0xffffffff));
}

function hex8(): string {
  return toHex8(Math.floor(random() * 0x100000000));
}

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function toHex8(value: number): string {
  return (
    hexBytes[value >>> 24]! +
    hexBytes[(value >>> 16) & 255]! +
    hexBytes[(value >>> 8) & 255]! +
    hexBytes[value & 255]!
  );
}
