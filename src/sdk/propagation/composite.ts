import type { TextMapPropagator } from '@opentelemetry/api';

/**
 * Several propagators as one, used in the order given: on extract a later one sees, and may replace, what an earlier
 * one found.
 *
 * @param propagators any number, also none
 * @see https://opentelemetry.io/docs/specs/otel/context/api-propagators/#composite-propagator
 */
export function compositePropagator(propagators: readonly TextMapPropagator[]): TextMapPropagator {
  if (propagators.length === 1) return propagators[0]!;
  const fields = [...new Set(propagators.flatMap((propagator) => propagator.fields()))];
  return {
    inject(context, carrier, setter) {
      for (const propagator of propagators) propagator.inject(context, carrier, setter);
    },
    extract(context, carrier, getter) {
      for (const propagator of propagators) context = propagator.extract(context, carrier, getter);
      return context;
    },
    fields: () => [...fields],
  };
}
