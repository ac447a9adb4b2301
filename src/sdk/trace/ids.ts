import type { SpanContext } from '@opentelemetry/api';
import { random } from '../../model/random';

// Random trace and span ids (W3C Trace Context, section 3.2) by `Math.random`: unlike `node:crypto` it costs nothing to load, and it is not worse than
// other SDKs' generators.

const { fromCharCode } = String;

/** Character codes of the hex digits. A table, since sixteen calls of a function are more than V8 inlines: 50 ns on each span. */
const digits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Says that the trace id is random, as ours are (W3C Trace Context level 2); passed on as it came. */
const randomFlag = 2;

/** The identity of a span before the sampler has decided: in its parent's trace, or in a new one. */
export function newIdentity(parent: SpanContext | undefined): SpanContext {
  const identity: SpanContext = {
    traceId: parent ? parent.traceId : newTraceId(),
    spanId: newSpanId(),
    traceFlags: parent ? parent.traceFlags & randomFlag : randomFlag,
  };
  if (parent?.traceState) identity.traceState = parent.traceState;
  return identity;
}

/** 32 hex digits, never all zero. */
export function newTraceId(): string {
  return newSpanId() + newSpanId();
}

/** 16 hex digits, never all zero. Made in one call from character codes: a concatenation would have to be flattened later. */
export function newSpanId(): string {
  const high = 1 + Math.floor(random() * 0xffffffff);
  const low = Math.floor(random() * 0x100000000);
  return fromCharCode(
    digits[high >>> 28]!,
    digits[(high >>> 24) & 15]!,
    digits[(high >>> 20) & 15]!,
    digits[(high >>> 16) & 15]!,
    digits[(high >>> 12) & 15]!,
    digits[(high >>> 8) & 15]!,
    digits[(high >>> 4) & 15]!,
    digits[high & 15]!,
    digits[low >>> 28]!,
    digits[(low >>> 24) & 15]!,
    digits[(low >>> 20) & 15]!,
    digits[(low >>> 16) & 15]!,
    digits[(low >>> 12) & 15]!,
    digits[(low >>> 8) & 15]!,
    digits[(low >>> 4) & 15]!,
    digits[low & 15]!,
  );
}
