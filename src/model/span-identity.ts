import type { SpanContext, TraceState } from '@opentelemetry/api';
import { putWord, textOf, wordAt } from './hex-digits';

/** A trace id as four signed numbers of 32 bits, from the left; all spans of the trace that were made here share it. */
export class TraceWords {
  constructor(
    readonly word1: number,
    readonly word2: number,
    readonly word3: number,
    readonly word4: number,
  ) {}
}

/** The trace id that a text stands for. */
export function traceWordsIn(text: string): TraceWords {
  return new TraceWords(wordAt(text, 0), wordAt(text, 8), wordAt(text, 16), wordAt(text, 24));
}

/**
 * The identity of a span that was made here. Its ids are kept as numbers and become text only for those who ask: most are never anything but bytes in an
 * export. What is ours reads it; a program gets the plain object that it knows ({@link toSpanContext}).
 */
export class SpanIdentity implements SpanContext {
  traceState?: TraceState;
  private plain: SpanContext | undefined = undefined;

  /** @param word1 the first eight digits of the span id, as a signed number, and `word2` the others; no id may be all zero */
  constructor(
    readonly trace: TraceWords,
    readonly word1: number,
    readonly word2: number,
    public traceFlags: number,
    traceState: TraceState | undefined,
  ) {
    // A missing one is a property all the same: identities have one shape.
    this.traceState = traceState as TraceState;
  }

  /** 32 hex digits, made for whoever asks. */
  get traceId(): string {
    if (this.plain !== undefined) return this.plain.traceId;
    this.putTraceId(traceIdCodes, 0);
    return textOf(traceIdCodes);
  }

  /** 16 hex digits, made for whoever asks. */
  get spanId(): string {
    if (this.plain !== undefined) return this.plain.spanId;
    this.putSpanId(spanIdCodes, 0);
    return textOf(spanIdCodes);
  }

  /** Puts the character codes of the trace id into an array. */
  putTraceId(codes: number[], start: number): void {
    const { word1, word2, word3, word4 } = this.trace;
    putWord(codes, start, word1);
    putWord(codes, start + 8, word2);
    putWord(codes, start + 16, word3);
    putWord(codes, start + 24, word4);
  }

  /** Puts the character codes of the span id into an array. */
  putSpanId(codes: number[], start: number): void {
    putWord(codes, start, this.word1);
    putWord(codes, start + 8, this.word2);
  }

  /** For programs: always the same object, so not to be asked for before flags and trace state are decided. */
  toSpanContext(): SpanContext {
    if (this.plain === undefined) {
      const { traceId, spanId, traceFlags, traceState } = this;
      this.plain = traceState ? { traceId, spanId, traceFlags, traceState } : { traceId, spanId, traceFlags };
    }
    return this.plain;
  }
}

const traceIdCodes = Array.from({ length: 32 }, () => 0);
const spanIdCodes = Array.from({ length: 16 }, () => 0);

/** What has a trace id. */
export type TraceIdentity = Pick<SpanContext, 'traceId'>;

/** The trace id of any identity as numbers. */
export function traceWordsOf(identity: TraceIdentity): TraceWords {
  return identity instanceof SpanIdentity ? identity.trace : traceWordsIn(identity.traceId);
}
