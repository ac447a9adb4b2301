import { log, messageOf } from '../diag/log';
import type { TracePipeline } from '../export/traces';

type Delivery = Pick<TracePipeline, 'hasUndelivered' | 'flush' | 'flushSync'>;

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Delivers what is left when the process ends, however it ends: `exit` comes at a natural end, at `process.exit` and after an uncaught error.
 * A signal that the program does not listen for would end the process without it, so it gets a listener of ours while something waits.
 *
 * @param budgetMillis - time that the end of the process may be held up, for everything together.
 */
export function deliverAtProcessEnd(delivery: Delivery, budgetMillis: number): { onQueued(): void } {
  const process_ = process;
  let isArmed = false;
  process_.once('exit', flushNow);
  return { onQueued };

  /** Called when telemetry was queued: from now on a signal must not lose it. */
  function onQueued(): void {
    if (isArmed) return;
    isArmed = true;
    for (const signal of signals) process_.on(signal, onSignal);
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (process_.listenerCount(signal) > 1) {
      // The program listens too: it decides what becomes of the process.
      delivery.flush();
      return;
    }
    flushNow();
    disarm();
    process_.kill(process_.pid, signal);
  }

  function disarm(): void {
    isArmed = false;
    for (const signal of signals) process_.removeListener(signal, onSignal);
  }

  function flushNow(): void {
    try {
      if (delivery.hasUndelivered()) delivery.flushSync(budgetMillis);
    } catch (error) {
      log.warn(`telemetry was lost at the end of the process: ${messageOf(error)}`);
    }
  }
}
