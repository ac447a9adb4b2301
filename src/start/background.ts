import type { RegistryEntry } from '../hook/registry';
import { isMainThread } from '../model/main-thread';
import { startTimer } from '../model/timers';

/** A short program ends before, and pays nothing. */
const delayMillis = 100;

/** Begins to observe the process itself, for those instrumentations that need no library. */
export function observeInBackground(entries: readonly RegistryEntry[]): void {
  // The process and its main thread count; those of workers would overwrite them.
  const background = isMainThread() ? entries.filter(({ isBackground }) => isBackground) : [];
  if (background.length === 0) return;
  startTimer(() => {
    for (const entry of background) {
      const { observed } = entry.load();
      const { startObserving } = require('../kit/observed') as typeof import('../kit/observed');
      startObserving(entry.name, observed!);
    }
  }, delayMillis);
}
