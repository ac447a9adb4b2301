import { isDisabled } from '../config/enabled';

/** Set by the first copy of us that starts in this thread, so that a second preload (by flag and by NODE_OPTIONS) does nothing. */
const startedKey = Symbol.for('otel-instrument.started');

/** Whether the agent may start in this process and on this thread. Touches nothing that costs time. */
export function shouldStart(): boolean {
  const globals = globalThis as { [startedKey]?: boolean };
  if (globals[startedKey] || isLoaderThread() || isDisabled()) return false;
  Object.defineProperty(globals, startedKey, { value: true });
  return true;
}

/**
 * Preloads also run in the thread that `module.register` starts, where there is no program. Node 22.14 and later say so; before, it is the
 * thread without a parent's port.
 */
function isLoaderThread(): boolean {
  if (isMainThread()) return false;
  const { isInternalThread, parentPort } =
    require('node:worker_threads') as typeof import('node:worker_threads') & {
      isInternalThread?: boolean;
    };
  return isInternalThread ?? parentPort === null;
}

/** Threads cannot change the directory; asking that is 2 ms cheaper than loading `node:worker_threads`. */
function isMainThread(): boolean {
  return (process.chdir as { disabled?: boolean }).disabled !== true;
}
