import type { TextMapPropagator } from '@opentelemetry/api';
import type { Config } from '../config/config';
import { compositePropagator } from '../sdk/propagation/composite';
import { w3cBaggage } from '../sdk/propagation/w3c-baggage';
import { w3cTraceContext } from '../sdk/propagation/w3c-trace-context';

const known: Readonly<Record<string, TextMapPropagator>> = {
  tracecontext: w3cTraceContext,
  baggage: w3cBaggage,
};

/** The propagators that the user named, in that order. */
export function createPropagator({ propagators }: Config): TextMapPropagator {
  return compositePropagator(propagators.map((name) => known[name]!));
}
