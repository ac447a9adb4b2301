import { log, messageOf } from '../diag/log';
import { shouldStart } from './should-start';

/**
 * Starts the agent in this process, or does not: whatever goes wrong here, the program runs. Runs before the program's first line, from
 * `register.js`.
 */
if (shouldStart()) {
  try {
    const { start } = require('../start') as typeof import('../start');
    start();
  } catch (error) {
    log.error(`could not start, the program runs untraced: ${messageOf(error)}`);
  }
}
