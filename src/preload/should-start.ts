import { basename, dirname, join } from 'node:path';
import { dormantCommands, isDisabled } from '../config/before-start';
import { isMainThread } from '../model/main-thread';
import { isDormantCommand } from './dormant';

/** Set by the first copy of us that starts in this thread, so that a second preload (by flag and by NODE_OPTIONS) does nothing. */
const startedKey = Symbol.for('otel-instrument.started');

const launcherName = 'otel-instrument';

/** Whether the agent may start in this process and on this thread. Touches nothing that costs time. */
export function shouldStart(): boolean {
  const globals = globalThis as { [startedKey]?: boolean };
  if (globals[startedKey] || isLoaderThread() || isDisabled() || isLauncher()) return false;
  if (isDormantCommand(process.argv[1], dormantCommands())) return false;
  Object.defineProperty(globals, startedKey, { value: true });
  return true;
}

/** Under another launcher our own launcher is a Node program too, of no interest to anybody. */
function isLauncher(): boolean {
  const [, script] = process.argv;
  if (script === undefined || basename(script) !== launcherName) return false;
  try {
    const { realpathSync } = require('node:fs') as typeof import('node:fs');
    return realpathSync(script) === join(dirname(__dirname), 'bin', launcherName);
  } catch {
    return false;
  }
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
