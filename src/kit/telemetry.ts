import type { Attributes, Context, Link, Span, SpanKind, TextMapPropagator } from '@opentelemetry/api';

/** The scope of an instrumentation's spans. Made once a definition. */
export interface Instrumented {
  startSpan(name: string, kind: SpanKind, parent: Context, links?: Link[]): Span;
}

/**
 * What instrumentations need of the running SDK, behind one interface, so that the kit knows only the API's types.
 * `start.ts` provides it before any instrumentation loads.
 */
export interface Telemetry {
  activeContext(): Context;
  /** The context in which `span` is the active one. */
  withSpan(parent: Context, span: Span): Context;
  /** Calls `fn` in the context and returns its result. */
  run<A extends unknown[], R>(context: Context, fn: (...args: A) => R, self: unknown, args: A): R;
  /** Makes the context active for the rest of the current asynchronous resource. */
  enter(context: Context): void;
  /** Calls `fn` outside every context. */
  runOutside<R>(fn: () => R): R;
  readonly rootContext: Context;
  readonly propagator: TextMapPropagator;
  /** Whether the call under way is the exporter's own. */
  isSuppressed(): boolean;
  instrumented(name: string): Instrumented;
  readonly settings: KitSettings;
}

/** The settings that operations and instrumentations read. */
export interface KitSettings {
  /** Request methods that are recorded as they are; others become `_OTHER`. */
  readonly knownMethods: ReadonlySet<string>;
  readonly messagingEnvelope: 'none' | 'metadata.otel' | 'metadata.otel+wrap';
}

/** The running SDK; set once at start, before any definition is loaded. */
export let telemetry: Telemetry;

export function provideTelemetry(provided: Telemetry): void {
  telemetry = provided;
}

export type { Attributes, Context, Span };
