import { constants } from 'node:os';
import { replaceMethod } from './replace-method';

/** Signals that end a process which does not listen for them, of those that a program sends to itself. */
const ending = new Map(
  (['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGKILL', 'SIGABRT'] as const).map((name) => [
    constants.signals[name],
    name,
  ]),
);

/**
 * Calls back before the program ends its own process by a signal that it does not listen for: without a listener of ours `process.kill` would not
 * return, and with one the event loop may be over before the signal is heard. The callback removes that listener.
 *
 * It is `process._kill` that is replaced, which `process.kill` calls with what it has validated, so that errors have no frame of ours.
 *
 * @param isHeard - whether the program listens for the signal.
 */
export function beforeOwnKill(isHeard: (signal: NodeJS.Signals) => boolean, onEnd: () => void): void {
  type Kill = (pid: number, signal: number) => number;
  const process_ = process as typeof process & { _kill?: Kill };
  // No signal ends the first process of a container unless it listens for it.
  if (typeof process_._kill !== 'function' || process.pid === 1) return;
  replaceMethod(
    process_ as { _kill: Kill },
    '_kill',
    (original) =>
      function _kill(this: unknown, pid, signal) {
        const name = ending.get(signal);
        // 0 and a negative number are process groups.
        const isOwn = pid === process.pid || pid === 0 || pid === -process.pid;
        if (isOwn && name && !isHeard(name) && original.call(this, pid, 0) === 0) onEnd();
        return original.call(this, pid, signal);
      },
  );
}
