import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { log, messageOf } from '../diag/log';
import { monotonicMillis } from '../model/clock';
import { blockFor } from '../model/timers';

/** A reader of standard output that takes nothing for so long has stopped, and holds the program up no longer. */
const maxStallMillis = 500;
/** Nor does one that is slow for longer than this. */
const maxBlockMillis = 5000;

/** How much was written of what was to be written. */
export type Extent = 'whole' | 'part' | 'nothing';

/** Why something was not written. */
export const stoppedReading = 'its reader has stopped';

/** What is missing of the last part. It goes before anything else of ours, which would be torn as well. */
let remainder: Uint8Array | undefined;
/** Then it is not waited for again until it has taken something. */
let hasStopped = false;

interface Limits {
  /** On the monotonic clock. */
  readonly deadline: number;
  /** Between two bytes that are taken. */
  readonly stallMillis: number;
}

/**
 * Writes to standard output, between the lines of the program, and returns when all is written or the reader has stopped: a pipe may take a part, or nothing
 * for now. What is missing of a part is written by the next call, if ever.
 *
 * @param budgetMillis - how long this may take at the most; default: as long as a program that goes on can be held up.
 * @throws what the system says: EPIPE if nobody reads any more.
 */
export function writeToStdout(bytes: Uint8Array, budgetMillis?: number): Extent {
  const deadline = monotonicMillis() + (budgetMillis ?? maxBlockMillis);
  const limits = { deadline, stallMillis: budgetMillis ?? maxStallMillis };
  // The end of the process is the last time that it can go on.
  if (budgetMillis !== undefined) hasStopped = false;
  const missing = remainder;
  remainder = undefined;
  const descriptor = openWithoutBlocking();
  try {
    if (missing) remainder = restOf(missing, writeUntil(descriptor ?? 1, missing, limits));
    const written = remainder ? 0 : writeUntil(descriptor ?? 1, bytes, limits);
    if (written > 0) remainder = restOf(bytes, written);
    return written === bytes.length ? 'whole' : written > 0 ? 'part' : 'nothing';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const restOf = (bytes: Uint8Array, written: number) =>
  written < bytes.length ? bytes.subarray(written) : undefined;

/** @returns how many bytes were written. */
function writeUntil(descriptor: number, bytes: Uint8Array, { deadline, stallMillis }: Limits): number {
  let written = 0;
  let progressMillis = monotonicMillis();
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
      progressMillis = monotonicMillis();
      hasStopped = false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      const now = monotonicMillis();
      hasStopped ||= now >= deadline || now - progressMillis >= stallMillis;
      if (hasStopped) break;
      blockFor(1);
    }
  }
  return written;
}

/**
 * The pipe or terminal behind standard output, opened once more by a name that Linux has for it: a write that blocks would block until somebody reads, and to
 * make the descriptor itself non-blocking would do so for all processes that share it.
 * @returns undefined where that cannot be done, as for sockets.
 */
function openWithoutBlocking(): number | undefined {
  try {
    const stat = fstatSync(1);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return undefined;
    return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

/** How wide standard output is, and whether it shows colours. */
export interface Screen {
  readonly width: number;
  readonly colors: boolean;
}

const noTerminal: Screen = { width: 120, colors: false };

/**
 * Prints what a person is to read. Never throws: where nobody reads, one line on standard error says so.
 * @param budgetMillis - see {@link writeToStdout}.
 */
export function print(render: (screen: Screen) => string, budgetMillis?: number): void {
  try {
    if (writeToStdout(Buffer.from(render(screen())), budgetMillis) !== 'whole') tellOnce(stoppedReading);
  } catch (error) {
    tellOnce(messageOf(error));
  }
}

function tellOnce(reason: string): void {
  log.warnOnce(`cannot print on standard output: ${reason}`);
}

/** Asked by descriptor: `process.stdout` would open a pipe that the program itself may never write to, and make it non-blocking. */
function screen(): Screen {
  const { isatty } = require('node:tty') as typeof import('node:tty');
  return isatty(1) ? { width: process.stdout.columns ?? noTerminal.width, colors: true } : noTerminal;
}
