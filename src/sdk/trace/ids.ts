/**
 * Random trace and span ids (W3C Trace Context, section 3.2). `Math.random` is taken when this module loads, since
 * programs seed it; unlike `node:crypto` it costs nothing to load and is not worse than other SDKs' generators.
 */
const random = Math.random;
const { fromCharCode } = String;

/** 32 hex digits, never all zero. */
export function newTraceId(): string {
  return newSpanId() + newSpanId();
}

/** 16 hex digits, never all zero. Made in one call from character codes: a concatenation would have to be flattened later. */
export function newSpanId(): string {
  const high = 1 + Math.floor(random() * 0xffffffff);
  const low = Math.floor(random() * 0x100000000);
  return fromCharCode(
    hexCode(high >>> 28),
    hexCode(high >>> 24),
    hexCode(high >>> 20),
    hexCode(high >>> 16),
    hexCode(high >>> 12),
    hexCode(high >>> 8),
    hexCode(high >>> 4),
    hexCode(high),
    hexCode(low >>> 28),
    hexCode(low >>> 24),
    hexCode(low >>> 20),
    hexCode(low >>> 16),
    hexCode(low >>> 12),
    hexCode(low >>> 8),
    hexCode(low >>> 4),
    hexCode(low),
  );
}

/** Character code of the lowest four bits as a hex digit: 48 to 57, 97 to 102. */
function hexCode(bits: number): number {
  const digit = bits & 15;
  return digit < 10 ? 48 + digit : 87 + digit;
}
