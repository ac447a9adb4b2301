import { renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { nowMillis } from '../../model/clock';
import { startTimer, stopTimer, type Timer } from '../../model/timers';
import type { SpooledBatch } from '../queue';
import { claimedName, freeName, staleMillis } from './file-name';

/** A file that this process sends. */
export type Claim = SpooledBatch & { readonly path: string };

/**
 * Takes a file for this process: a rename succeeds for one of several that try. From then on its modification time is renewed for as long as it is
 * being sent; without that it would be anybody's again.
 *
 * @returns undefined if another process was faster.
 */
export function claim(directory: string, name: string): Claim | undefined {
  const path = join(directory, claimedName(name));
  try {
    // Before the rename: at no moment a claimed file may look abandoned.
    touch(join(directory, name));
    renameSync(join(directory, name), path);
  } catch {
    return undefined;
  }
  let timer: Timer;
  beat();
  return {
    path,
    remove() {
      stopTimer(timer);
      attempt(() => rmSync(path, { force: true }));
    },
    putBack() {
      stopTimer(timer);
      attempt(() => renameSync(path, join(directory, freeName(name))));
    },
  };

  function beat(): void {
    timer = startTimer(() => {
      attempt(() => touch(path));
      beat();
    }, staleMillis / 4);
  }
}

function touch(path: string): void {
  const seconds = nowMillis() / 1000;
  utimesSync(path, seconds, seconds);
}

/** A file that is gone, or a disk that is, is no reason to stop. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {}
}
