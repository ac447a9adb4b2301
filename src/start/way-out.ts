import { log, messageOf } from '../diag/log';
import type { Exporter } from '../export/exporter';
import type { ProcessEnd } from '../lifecycle/process-end';
import { detached } from '../model/timers';

/** Where items of a signal go. */
export interface WayOut<T> {
  /** Takes an item; never throws. @returns whether it is kept; see {@link Exporter.add}. */
  readonly sink: (item: T) => boolean;
  hasUndelivered(): boolean;
  flush(): void;
  flushSync(budgetMillis: number): void;
  /** Lifts the limit of items, at the end of the process. */
  hold(): void;
}

/**
 * The way of a signal's items to their exporters, which are made when the first one comes.
 * @param items - what they are, in the plural, for messages.
 */
export function createWayOut<T>(items: string, processEnd: ProcessEnd, create: () => Exporter<T>): WayOut<T> {
  let exporter: Exporter<T> | undefined;
  let hasFailed = false;
  return {
    sink,
    hasUndelivered: () => exporter?.hasUndelivered() === true,
    flush: () => exporter?.flush(),
    flushSync: (budgetMillis) => requireExporter()?.flushSync(budgetMillis),
    hold: () => requireExporter()?.hold?.(),
  };

  function sink(item: T): boolean {
    processEnd.arm();
    try {
      return requireExporter()?.add(item) === true;
    } catch (error) {
      log.warnOnce(`one of the ${items} cannot be exported: ${messageOf(error)}`);
      return false;
    }
  }

  /** What cannot be made is not tried again. */
  function requireExporter(): Exporter<T> | undefined {
    if (exporter !== undefined || hasFailed) return exporter;
    try {
      exporter = detached(create);
    } catch (error) {
      hasFailed = true;
      log.error(`${items} cannot be exported: ${messageOf(error)}`);
    }
    return exporter;
  }
}
