import { monotonicMillis } from '../model/clock';
import { startTimer } from '../model/timers';
import type { Sending, Transport } from './outcome';

const initialBackoffMillis = 1000;
const maxBackoffMillis = 30_000;
const backoffFactor = 2;

/** Taken before programs can seed it. */
const random = Math.random;

/**
 * Repeats what is worth repeating until `timeoutMillis` are over (OTLP specification, "OTLP/HTTP Throttling": the receiver's
 * Retry-After, otherwise exponential backoff with jitter).
 */
export function withRetry(transport: Transport): Transport {
  return {
    ...transport,
    send(body, timeoutMillis, done) {
      const deadline = monotonicMillis() + timeoutMillis;
      let sending: Sending | undefined;
      attempt(initialBackoffMillis);
      return { hasLeft: () => sending?.hasLeft() ?? false };

      function attempt(backoffMillis: number): void {
        const left = deadline - monotonicMillis();
        sending = transport.send(body, Math.max(1, left), (outcome) => {
          if (outcome.kind !== 'retryable') return done(outcome);
          const delay = outcome.delayMillis ?? backoffMillis * (0.5 + random());
          if (monotonicMillis() + delay >= deadline) return done(outcome);
          startTimer(() => attempt(Math.min(backoffMillis * backoffFactor, maxBackoffMillis)), delay);
        });
      }
    },
  };
}
