import type { EventEmitter } from 'node:events';
import { replaceMethod } from './replace-method';

/**
 * Leaves listeners out of what `listeners()`, `rawListeners()`, `listenerCount()` and `eventNames()` answer: signal-exit and its like count the listeners of a
 * signal to learn whether the process would end without theirs.
 *
 * Node asks `listenerCount()` too: when the last listener of a signal is removed, it stops watching it. It asks right after `removeListener` is
 * emitted, in a listener of its own, so that question alone gets the whole number.
 *
 * @param countedByNode - the events whose listeners Node counts.
 */
export function hideListeners(
  emitter: EventEmitter,
  hidden: ReadonlySet<Function>,
  countedByNode: readonly string[] = [],
): void {
  const { rawListeners } = emitter;
  const hiddenCount = (event: string | symbol) => rawListeners.call(emitter, event).filter(isHidden).length;
  let nodeAsksFor: string | undefined;

  for (const name of ['listeners', 'rawListeners'] as const) {
    replaceMethod(
      emitter,
      name,
      (original) =>
        ({
          [name](this: EventEmitter, event: string | symbol) {
            return original.call(this, event).filter((listener) => !isHidden(listener));
          },
        })[name]!,
    );
  }
  replaceMethod(
    emitter,
    'listenerCount',
    (original) =>
      ({
        listenerCount(this: EventEmitter, event: string | symbol, listener?: Function) {
          if (listener !== undefined) return isHidden(listener) ? 0 : original.call(this, event, listener);
          const count = original.call(this, event);
          if (nodeAsksFor !== event) return count - hiddenCount(event);
          nodeAsksFor = undefined;
          return count;
        },
      }).listenerCount,
  );
  replaceMethod(
    emitter,
    'eventNames',
    (original) =>
      ({
        eventNames(this: EventEmitter) {
          return original.call(this).filter((event) => this.rawListeners(event as string).length > 0);
        },
      }).eventNames as typeof original,
  );
  emitter.prependListener('removeListener', onRemoved);

  function isHidden(listener: Function): boolean {
    return listener === onRemoved || hidden.has(listener);
  }

  function onRemoved(event: string | symbol): void {
    nodeAsksFor = countedByNode.find((name) => name === event && hiddenCount(event) > 0);
  }
}
