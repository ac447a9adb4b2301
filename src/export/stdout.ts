import { writeSync } from 'node:fs';
import { log, messageOf } from '../diag/log';
import { monotonicMillis } from '../model/clock';
import { blockFor } from '../model/timers';

/** A reader of standard output that takes nothing for so long holds the program up no longer. */
export const maxBlockMillis = 500;

/**
 * Writes to standard output, between the lines of the program, and returns when all is written: a pipe may take a part, or nothing for now.
 *
 * @param budgetMillis - for the first byte; what has begun must end, or the next line would be torn as well.
 * @throws what the system says: EPIPE if nobody reads any more, EAGAIN if nothing was taken in time.
 */
export function writeToStdout(bytes: Uint8Array, budgetMillis: number): void {
  const deadline = monotonicMillis() + budgetMillis;
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN' || (written === 0 && monotonicMillis() >= deadline)) throw error;
      blockFor(1);
    }
  }
}

/** How wide standard output is, and whether it shows colours. */
export interface Screen {
  readonly width: number;
  readonly colors: boolean;
}

const noTerminal: Screen = { width: 120, colors: false };

/** Prints what a person is to read. Never throws: where nobody reads, one line on standard error says so. */
export function print(render: (screen: Screen) => string): void {
  try {
    writeToStdout(Buffer.from(render(screen())), maxBlockMillis);
  } catch (error) {
    log.warnOnce(`cannot print on standard output: ${messageOf(error)}`);
  }
}

/** Asked by descriptor: `process.stdout` would open a pipe that the program itself may never write to, and make it non-blocking. */
function screen(): Screen {
  const { isatty } = require('node:tty') as typeof import('node:tty');
  return isatty(1) ? { width: process.stdout.columns ?? noTerminal.width, colors: true } : noTerminal;
}
