import type { EventEmitter } from 'node:events';

/**
 * Leaves a listener out of what `listeners()` and `rawListeners()` answer: signal-exit and its like count the listeners of a signal to learn
 * whether the process would end without theirs. `listenerCount()` still counts it, since Node itself asks that.
 */
export function hideListener(emitter: EventEmitter, hidden: Function): void {
  for (const name of ['listeners', 'rawListeners'] as const) {
    const original = emitter[name];
    const replacement = {
      [name](this: EventEmitter, event: string | symbol) {
        return original.call(this, event).filter((listener) => listener !== hidden);
      },
    }[name]!;
    Object.defineProperty(emitter, name, { value: replacement, configurable: true, writable: true });
  }
}
