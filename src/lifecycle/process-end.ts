import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { log, messageOf } from '../diag/log';
import { monotonicMillis } from '../model/clock';
import { detached } from '../model/timers';
import { hideListeners } from './hide-listeners';
import { beforeOwnKill } from './own-kill';
import { replaceMethod } from './replace-method';

/** What is there to be saved when the process ends. */
export interface Delivery {
  /** Whether anything is open, waits or is on its way. */
  hasWork(): boolean;
  /** Starts an ordinary export of what waits. */
  flush(): void;
  /** Ends what is open and delivers everything without the event loop, within the budget. */
  finish(budgetMillis: number): void;
}

/** What the end of the process must be told of: when there is something to lose, and when there may no longer be. */
export interface ProcessEnd {
  arm(): void;
  disarmIfDone(): void;
  /**
   * Has every uncaught error reported, unhandled rejections included, before anything is delivered.
   * @param listener - `isFatal` says whether the process ends by it: the program has no handler.
   */
  onUncaught(listener: (error: unknown, isFatal: boolean) => void): void;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Delivers what is left when the process ends, however it ends, and as late as can be, after the program's own `exit` listeners: `process.exit`
 * calls `process.reallyExit`; at a natural end and after an uncaught error, where nothing comes after them, our listener goes behind them in the
 * last moment.
 *
 * A signal that the program does not listen for would end the process without any of these, so it gets a listener of ours, but only while there
 * is something to lose: with one, a program that blocks its event loop cannot be stopped.
 *
 * @param deliveries - one a signal; may still grow.
 * @param budgetMillis - time that the end of the process may be held up, for everything together.
 */
export function deliverAtProcessEnd(deliveries: readonly Delivery[], budgetMillis: number): ProcessEnd {
  const process_ = process;
  let isArmed = false;
  let spentMillis = 0;
  let reportUncaught: Parameters<ProcessEnd['onUncaught']>[0] | undefined;

  hideListeners(process_, new Set([deliver, deliverLast, onUncaught, onSignal]), signals);
  listen();
  replaceMethod(
    process_,
    'removeAllListeners',
    (original) =>
      function removeAllListeners(this: NodeJS.Process, ...args: [event?: string | symbol]) {
        const result = original.apply(this, args);
        listen();
        return result;
      } as typeof original,
  );
  deliverBefore('reallyExit' as never);
  // A worker thread hears no signals, and in it `abort` only throws.
  if (!('disabled' in process_.abort)) {
    deliverBefore('abort');
    beforeOwnKill((signal) => process_.listenerCount(signal) > 0, deliverAndDisarm);
  }
  return {
    arm,
    disarmIfDone,
    onUncaught(listener) {
      reportUncaught = listener;
    },
  };

  function listen(): void {
    putFirst('beforeExit', deliverLast);
    putFirst('uncaughtExceptionMonitor', onUncaught);
    if (isArmed) for (const signal of signals) putFirst(signal, onSignal);
  }

  /** First in line: a listener that the program added by `once` is gone when those after it run. */
  function putFirst(event: string, listener: (...args: never[]) => void): void {
    if (isFrozen()) return;
    const emitter: EventEmitter = process_;
    emitter.removeListener(event, listener as () => void);
    // The first listener of a signal makes Node's handle for it, which would keep the stores of whatever request is running.
    detached(() => emitter.prependListener(event, listener as () => void));
  }

  /** By a proxy without an `apply` trap, whose absence is noticed in passing: `abort` prints the stack, and so there is nothing of ours on it. */
  function deliverBefore(name: 'abort'): void {
    const handler = {
      get apply() {
        deliver();
        return undefined;
      },
    };
    process_[name] = new Proxy(process_[name], handler as object);
  }

  /** The limit of listeners is lifted meanwhile: one more than the program's must not make a warning. */
  function deliverLast(): void {
    if (isFrozen()) {
      deliver();
      return;
    }
    const limit = process_.getMaxListeners();
    process_.setMaxListeners(0);
    process_.removeListener('exit', deliver);
    process_.on('exit', deliver);
    process_.setMaxListeners(limit);
  }

  /** An error in an `exit` listener keeps those after it from being called. */
  function onUncaught(error: unknown): void {
    const isHandled =
      process_.listenerCount('uncaughtException') > 0 || process_.hasUncaughtExceptionCaptureCallback();
    try {
      reportUncaught?.(error, !isHandled);
    } catch (failure) {
      log.warn(`an uncaught error was not recorded: ${messageOf(failure)}`);
    }
    if ((process_ as { _exiting?: boolean })._exiting) deliver();
    else deliverLast();
  }

  function arm(): void {
    if (isArmed) return;
    isArmed = true;
    for (const signal of signals) putFirst(signal, onSignal);
  }

  function disarmIfDone(): void {
    if (isArmed && !hasWork()) disarm();
  }

  function disarm(): void {
    if (isFrozen()) return;
    isArmed = false;
    for (const signal of signals) process_.removeListener(signal, onSignal);
  }

  /**
   * A program that listens too decides what becomes of the process. If it takes its time, it may be killed before it is done, so an export starts
   * at once. The same for the first process of a container: no signal ends it that it does not listen for.
   */
  function onSignal(signal: NodeJS.Signals): void {
    if (process_.listenerCount(signal) > 0 || process_.pid === 1) {
      for (const delivery of deliveries) delivery.flush();
      return;
    }
    deliverAndDisarm();
    if (isArmed) process_.exit(128 + constants.signals[signal]);
    process_.kill(process_.pid, signal);
  }

  function deliverAndDisarm(): void {
    deliver();
    disarm();
  }

  /** A program can freeze `process`: then no listener can be added or removed, and the attempt throws. */
  function isFrozen(): boolean {
    return Object.isFrozen(process_);
  }

  function deliver(): void {
    for (const delivery of deliveries) {
      const startMillis = monotonicMillis();
      try {
        if (delivery.hasWork()) delivery.finish(Math.max(0, budgetMillis - spentMillis));
      } catch (error) {
        log.warn(`telemetry was lost at the end of the process: ${messageOf(error)}`);
      }
      spentMillis += monotonicMillis() - startMillis;
    }
  }

  function hasWork(): boolean {
    return deliveries.some((delivery) => delivery.hasWork());
  }
}
