import type { Tracer, TracerProvider } from '@opentelemetry/api';

/** A tracer provider that can be replaced by another while its tracers are in use, as the API's own are when an SDK is registered late. */
export interface DelegatingTracerProvider extends TracerProvider {
  delegateTo(provider: TracerProvider): void;
}

/** Tracers of it go on with another provider when one takes over, those that the program already has too. */
export function delegatingTracerProvider(provider: TracerProvider): DelegatingTracerProvider {
  let current = provider;
  return {
    getTracer(...scope) {
      let owner = current;
      let tracer = owner.getTracer(...scope);
      return {
        startSpan: (...args) => up().startSpan(...args),
        startActiveSpan: ((...args: Parameters<Tracer['startActiveSpan']>) =>
          up().startActiveSpan(...args)) as Tracer['startActiveSpan'],
      };

      function up(): Tracer {
        if (owner !== current) {
          owner = current;
          tracer = owner.getTracer(...scope);
        }
        return tracer;
      }
    },
    delegateTo(other) {
      current = other;
    },
  };
}
