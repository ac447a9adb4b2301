import { log, messageOf } from '../diag/log';
import { isMainThread } from '../model/main-thread';
import { createOwnRequire } from './own-files';
import { type CompiledFile, shareWithWorkers } from './shared-code';
import { shouldStart } from './should-start';

/**
 * Starts the agent in this process, or does not: whatever goes wrong here, the program runs. Runs before the program's first line, from
 * `register.js`.
 */
if (shouldStart()) {
  try {
    const compiled = isMainThread() ? new Map<string, CompiledFile>() : undefined;
    const { start } = createOwnRequire(compiled)('./agent.js') as typeof import('../start');
    const isStarted = start();
    if (isStarted && compiled) shareWithWorkers(compiled);
  } catch (error) {
    log.error(`could not start, the program runs untraced: ${messageOf(error)}`);
  }
}
