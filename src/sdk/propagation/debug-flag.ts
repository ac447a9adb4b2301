import type { Context } from '@opentelemetry/api';

const debugKey = Symbol('otel-instrument debug trace');

/** Notes that the caller asked for a debug trace, which B3 and Jaeger pass on. */
export function withDebug(context: Context): Context {
  return context.setValue(debugKey, true);
}

/** Whether the trace is a debug trace (OpenTelemetry, "B3 Extract": the flag must be preserved). */
export function isDebug(context: Context): boolean {
  return context.getValue(debugKey) === true;
}
