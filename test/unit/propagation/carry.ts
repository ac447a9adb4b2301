import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';

/** What a propagator reads from headers: `trace-span-flags` and the baggage; undefined if there is no span context. */
export function read(propagator: TextMapPropagator, carrier: object): string | undefined {
  const spanContext = trace.getSpanContext(extract(propagator, carrier));
  return spanContext && `${spanContext.traceId}-${spanContext.spanId}-${spanContext.traceFlags}`;
}

export function readBaggage(propagator: TextMapPropagator, carrier: object): Record<string, string> {
  const entries = propagation.getBaggage(extract(propagator, carrier))?.getAllEntries() ?? [];
  return Object.fromEntries(entries.map(([key, { value }]) => [key, value]));
}

export function extract(propagator: TextMapPropagator, carrier: object): Context {
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

/** The headers that a propagator writes for a span context and baggage. */
export function write(
  propagator: TextMapPropagator,
  { traceId, spanId, flags = 1, baggage = {} }: Written,
): Record<string, string> {
  const spanContext = { traceId, spanId, traceFlags: flags };
  const entries = Object.fromEntries(Object.entries(baggage).map(([key, value]) => [key, { value }]));
  const context = propagation.setBaggage(
    trace.setSpanContext(ROOT_CONTEXT, spanContext),
    propagation.createBaggage(entries),
  );
  return inject(propagator, context);
}

export interface Written {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags?: number;
  readonly baggage?: Readonly<Record<string, string>>;
}

export function inject(propagator: TextMapPropagator, context: Context): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}
