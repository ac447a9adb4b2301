import { log, messageOf } from '../diag/log';
import type { TracePipeline } from '../export/traces';
import { hideListener } from './hide-listener';

type Delivery = Pick<TracePipeline, 'hasUndelivered' | 'flush' | 'flushSync'>;

/** What the end of the process must be told of: when there is something to lose, and when there no longer is. */
export interface ProcessEnd {
  onQueued(): void;
  onDrained(): void;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Delivers what is left when the process ends, however it ends: `exit` comes at a natural end, at `process.exit` and after an uncaught error.
 * A signal that the program does not listen for would end the process without it, so it gets a listener of ours, but only while something
 * waits: with one, a program that blocks its event loop cannot be stopped.
 *
 * @param budgetMillis - time that the end of the process may be held up, for everything together.
 */
export function deliverAtProcessEnd(delivery: Delivery, budgetMillis: number): ProcessEnd {
  const process_ = process;
  let isArmed = false;
  process_.once('exit', flushNow);
  hideListener(process_, onSignal);
  return { onQueued: arm, onDrained };

  function arm(): void {
    if (isArmed) return;
    isArmed = true;
    // First in line: a listener that the program added by `once` is gone when those after it run.
    for (const signal of signals) process_.prependListener(signal, onSignal);
  }

  function onDrained(): void {
    if (isArmed && !delivery.hasUndelivered()) disarm();
  }

  function disarm(): void {
    isArmed = false;
    for (const signal of signals) process_.removeListener(signal, onSignal);
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (process_.listenerCount(signal) > 1) {
      // The program listens too and decides what becomes of the process. If it takes its time, it may be killed before it is done.
      delivery.flush();
      return;
    }
    flushNow();
    disarm();
    process_.kill(process_.pid, signal);
  }

  function flushNow(): void {
    try {
      if (delivery.hasUndelivered()) delivery.flushSync(budgetMillis);
    } catch (error) {
      log.warn(`telemetry was lost at the end of the process: ${messageOf(error)}`);
    }
  }
}
