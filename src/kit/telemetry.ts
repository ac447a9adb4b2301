import type {
  Attributes,
  Context,
  Link,
  LogRecord,
  MetricOptions,
  ObservableCallback,
  Span,
  SpanContext,
  SpanKind,
  TextMapPropagator,
} from '@opentelemetry/api';
import type { OperationSettings } from '../model/operation-settings';

/** The scope of an instrumentation's spans. Made once a definition. */
export interface Instrumented {
  startSpan(name: string, kind: SpanKind, parent: Context, links?: Link[]): Span;
}

/** The way of log records to the SDK. */
export interface LogEmitter {
  /** Never throws. @param instrumentation - whose record it is: the scope. */
  emit(instrumentation: string, record: LogRecord): void;
}

/** One series of an instrument, found once. */
export interface KitSeries {
  /** A histogram's value, or what a counter goes up (or down) by. */
  record(value: number, context?: Context): void;
}

export interface KitInstrument {
  series(attributes: Attributes): KitSeries;
}

interface KitObservable {
  addCallback(callback: ObservableCallback): void;
}

/** The scope of an instrumentation's metrics. */
export interface KitMeter {
  createHistogram(name: string, options?: MetricOptions): KitInstrument;
  createCounter(name: string, options?: MetricOptions): KitInstrument;
  createUpDownCounter(name: string, options?: MetricOptions): KitInstrument;
  createObservableGauge(name: string, options?: MetricOptions): KitObservable;
  createObservableCounter(name: string, options?: MetricOptions): KitObservable;
  createObservableUpDownCounter(name: string, options?: MetricOptions): KitObservable;
}

/**
 * What instrumentations need of the running SDK, behind one interface, so that the kit knows only the API's types.
 * `start.ts` provides it before any instrumentation loads.
 */
export interface Telemetry {
  activeContext(): Context;
  /** The identity of a context's span, sampled or not; `undefined` outside every span. */
  spanContextOf(context: Context): SpanContext | undefined;
  /** The context in which `span` is the active one. */
  withSpan(parent: Context, span: Span): Context;
  /** A context in which no span is recorded. */
  untraced(context: Context): Context;
  /** Calls `fn` in the context and returns its result. */
  run<A extends unknown[], R>(context: Context, fn: (...args: A) => R, self: unknown, args: A): R;
  /** Makes the context active for the rest of the current asynchronous resource. */
  enter(context: Context): void;
  /** Calls `fn` outside every context. */
  runOutside<R>(fn: () => R): R;
  readonly rootContext: Context;
  /** Whether anybody wants spans or metrics. */
  readonly isRecording: boolean;
  readonly propagator: TextMapPropagator;
  /**
   * What of the context may be told to a host: all of it, the trace without baggage, or nothing (`undefined`).
   * @param host - missing for this machine.
   */
  contextFor(host: string | undefined, context: Context): Context | undefined;
  /** Whether the call under way is the exporter's own. */
  isSuppressed(): boolean;
  /** Whether an SDK or agent of the program makes the spans. */
  isTracedElsewhere?(): boolean;
  instrumented(name: string): Instrumented;
  /**
   * Makes the scope of an instrumentation's metrics; missing where nobody collects metrics. Those of the background come with the others, but
   * are no reason to send something when the process ends.
   */
  readonly meter?: ((name: string, isBackground?: boolean) => KitMeter) | undefined;
  /** Missing when nobody exports log records. */
  readonly logs: LogEmitter | undefined;
  readonly settings: KitSettings;
}

/** The settings that operations and instrumentations read. */
export interface KitSettings extends OperationSettings {
  /** Request methods that are recorded as they are; others become `_OTHER`. */
  readonly knownMethods: ReadonlySet<string>;
  /** Whether the trace that a request or a message brings is continued, only linked to, or ignored. */
  readonly remoteParent: 'trust' | 'link' | 'ignore';
  readonly messagingEnvelope: 'none' | 'metadata.otel' | 'metadata.otel+wrap';
  /** Names of the fields that tell in a program's own log records in which span they were made. */
  readonly logKeys: { readonly traceId: string; readonly spanId: string; readonly traceFlags: string };
}

/** The running SDK; filled once, before any definition is loaded. */
export const telemetry = {} as Telemetry;

/** Gives {@link telemetry} its content, at the start. */
export function provideTelemetry(provided: Telemetry): void {
  Object.assign(telemetry, provided);
}

export type { Attributes, Context, Span };
