import type { Attributes, Link, SpanKind, SpanStatusCode } from '@opentelemetry/api';

/** Name and version of the library or instrumentation that made a span (OpenTelemetry: instrumentation scope). */
export interface Scope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}

/** A point in time inside a span. */
export interface SpanEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: Attributes;
}

/** One finished span, decoded: what readers of telemetry (console exporter, demo, tests) work on. */
export interface SpanData {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly Link[];
  readonly status: { readonly code: SpanStatusCode; readonly message?: string | undefined };
  readonly scope: Scope;
  readonly resource: Attributes;
}
