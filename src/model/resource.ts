/**
 * Whether the resource of this process is complete. Some of it may be on its way from a metadata service of the cloud when there already is something
 * to export; the first batch waits for that, a bounded time. There is one resource in a process, and so one such state.
 */
let waiting: Set<() => void> | undefined;

/** Whether nothing is on its way any more: what has not come by then is left out. */
export function isResourceComplete(): boolean {
  return waiting === undefined;
}

/** Calls `fn` once when the resource is complete; at once if it is. The same function given twice is called once. */
export function whenResourceComplete(fn: () => void): void {
  if (waiting) waiting.add(fn);
  else fn();
}

/**
 * Makes the resource incomplete until the function that is returned is called.
 */
export function awaitResource(): () => void {
  const mine = new Set<() => void>();
  waiting = mine;
  return () => {
    if (waiting !== mine) return;
    waiting = undefined;
    for (const fn of mine) fn();
  };
}
