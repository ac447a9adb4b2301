import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { log } from '../diag/log';
import { relayIpc } from './relay-ipc';
import { forwardSignals } from './signals';

/**
 * Runs the command as a child that stands in the place of this process: same standard streams, signals and IPC channel, same end.
 *
 * @param argv the name that the program sees as its own, then its arguments
 */
export function spawnInPlace(path: string, argv: readonly string[], env: NodeJS.ProcessEnv): void {
  const [name = path, ...args] = argv;
  const stopForwarding = forwardSignals((signal) => child.kill(signal));
  const child = start();
  if (process.channel) relayIpc(process as unknown as ChildProcess, child);
  child.on('error', (error: NodeJS.ErrnoException) => {
    // Also a kill or a send can fail; only a child that never started has no pid.
    if (child.pid === undefined) refuse(error);
  });
  child.on('exit', (code, signal) => {
    whenRelayed(() => {
      stopForwarding();
      endLike(code, signal);
    });
  });

  function start(): ChildProcess {
    try {
      return spawn(path, args, {
        argv0: name,
        env,
        stdio: process.channel ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
        serialization: ipcSerialization(),
      });
    } catch (error) {
      // Node throws some reasons (a binary for another machine) and emits others.
      return refuse(error as NodeJS.ErrnoException);
    }
  }

  function refuse({ code }: NodeJS.ErrnoException): never {
    // Except on Windows the file itself was found: what is missing is what it names in its first line.
    const missing = process.platform === 'win32' ? 'command not found' : 'its interpreter does not exist';
    log.error(`${name}: ${code === 'ENOENT' ? missing : `cannot be run (${code})`}`);
    process.exit(code === 'ENOENT' ? 127 : 126);
  }
}

/** What the child sent at last may arrive after the news of its end; a grandchild can hold the channel open, hence the limit. */
function whenRelayed(done: () => void): void {
  if (!process.connected) {
    done();
    return;
  }
  process.once('disconnect', done);
  setTimeout(done, 500);
}

function endLike(code: number | null, signal: NodeJS.Signals | null): void {
  if (signal === null) process.exit(code ?? 1);
  process.kill(process.pid, signal);
  // Still there: as PID 1, or for a signal that this process ignores. Shells use the same number.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}

/** How messages to and from the parent are encoded. Node removes the variable at start, but Linux still shows what it was. */
function ipcSerialization(): 'json' | 'advanced' {
  if (!process.channel) return 'json';
  try {
    const initial = readFileSync('/proc/self/environ', 'latin1').split('\0');
    return initial.includes('NODE_CHANNEL_SERIALIZATION_MODE=advanced') ? 'advanced' : 'json';
  } catch {
    return 'json';
  }
}
