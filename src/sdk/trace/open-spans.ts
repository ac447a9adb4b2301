import { log } from '../../diag/log';

/** What a span carries to be found while it is open: its neighbours, so that following it allocates nothing. */
export interface OpenSpan {
  older: OpenSpan | undefined;
  newer: OpenSpan | undefined;
  /** Ends it as one that the program did not get to end. */
  endUnfinished(): void;
}

/** The recording spans that have not ended. */
export interface OpenSpans {
  add(span: OpenSpan): void;
  /** To be called when a span ends, also for one that was forgotten meanwhile. */
  remove(span: OpenSpan): void;
  isEmpty(): boolean;
  /** Ends them all, the oldest first: the process ends. */
  endAll(): void;
}

/**
 * Follows spans from start to end in a doubly linked list: a few writes a span, where a `Set` would hash and grow. A program that never ends
 * its spans must not fill the memory with them: beyond `maxCount` the oldest is forgotten and counted.
 *
 * @param onOpened - called when there is one after there was none.
 */
export function createOpenSpans(onOpened: () => void, maxCount = 10_000): OpenSpans {
  let oldest: OpenSpan | undefined;
  let newest: OpenSpan | undefined;
  let count = 0;
  let forgottenCount = 0;

  return { add, remove, isEmpty: () => count === 0, endAll };

  function add(span: OpenSpan): void {
    span.older = newest;
    if (newest === undefined) oldest = span;
    else newest.newer = span;
    newest = span;
    count++;
    if (count === 1) onOpened();
    else if (count > maxCount) forgetOldest();
  }

  function remove(span: OpenSpan): void {
    const { older, newer } = span;
    if (older === undefined && newer === undefined && oldest !== span) {
      forgottenCount--;
      return;
    }
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
    // Contexts may hold an ended span for long; it must not hold others.
    span.older = span.newer = undefined;
    count--;
  }

  function forgetOldest(): void {
    remove(oldest!);
    forgottenCount++;
  }

  function endAll(): void {
    while (oldest !== undefined) {
      const span = oldest;
      span.endUnfinished();
      if (oldest === span) remove(span);
    }
    if (forgottenCount > 0)
      log.warn(
        `spans still open at the end of the process and lost: ${forgottenCount} (more than ${maxCount} were open)`,
      );
    forgottenCount = 0;
  }
}
