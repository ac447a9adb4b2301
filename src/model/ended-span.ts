import type { Attributes, AttributeValue, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import type { AttributeList } from './attribute-list';
import type { Scope } from './span-data';

/** An event as the SDK holds it: attributes in insertion order. */
export interface EndedSpanEvent {
  readonly name: string;
  readonly timeMillis: number;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** A link as the SDK holds it, its attributes already limited. */
export interface EndedSpanLink extends Link {
  readonly droppedAttributesCount: number;
}

/** A span at the moment it ended, as exporters get it. */
export interface EndedSpan {
  readonly scope: Scope;
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  /** Milliseconds since the Unix epoch, with a fraction. */
  readonly startMillis: number;
  readonly endMillis: number;
  readonly attributes: Readonly<AttributeList<AttributeValue>>;
  readonly droppedAttributesCount: number;
  readonly events: readonly EndedSpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly EndedSpanLink[];
  readonly droppedLinksCount: number;
  readonly status: SpanStatus;
}

/** Takes the exceptions that a program or an instrumentation records on spans, as log records. */
export interface ExceptionSink {
  /** Whether they are no longer events of the span. */
  readonly isExclusive: boolean;
  record(scope: Scope, span: SpanContext, exception: unknown, timeMillis: number): void;
}

/**
 * What becomes of an ended span: encoded into a batch, printed, or both. Called synchronously at `span.end()`.
 * @returns whether the span is kept, to be read later; see {@link Lasting}. Otherwise nothing is read of it afterwards.
 */
export type SpanSink = (span: EndedSpan) => boolean;
