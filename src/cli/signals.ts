import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A terminal sends these to every process of its foreground group: Ctrl-C, Ctrl-\, a new size. */
const fromTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGWINCH'];
const others: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'];

/**
 * Passes on the signals that reach this process, except those that the child got itself.
 *
 * The child stays in the group of this process, as job control and programs that open the terminal need it. So what a terminal sends
 * has reached the child already, and passing it on would turn one Ctrl-C into two, which many programs take for "now, at once". A
 * signal does not tell its sender, but only the foreground group is ever sent them by a terminal; elsewhere, under a supervisor say,
 * all are passed on. What this loses is a `kill -INT` aimed at the launcher alone while it is in the foreground of a terminal.
 *
 * @returns ends it; the signals then have their default effect
 */
export function forwardSignals(forward: (signal: NodeJS.Signals) => void): () => void {
  // Windows knows neither groups nor /dev/tty: its console tells all of its processes.
  if (process.platform === 'win32') return listen(new Map(fromTerminal.map((signal) => [signal, () => {}])));

  const hadTerminal = hasTerminal();
  const listeners = new Map<NodeJS.Signals, () => void>();
  for (const signal of others) listeners.set(signal, () => forward(signal));
  for (const signal of fromTerminal) {
    listeners.set(signal, () => {
      if (!processState().isInForeground) forward(signal);
    });
  }
  listeners.set('SIGHUP', () => {
    // A terminal that was closed can no longer be opened. The whole group is told of it, unless this process leads the session:
    // then it alone is.
    const wasClosed = hadTerminal && !hasTerminal();
    if (!wasClosed || processState().isSessionLeader) forward('SIGHUP');
  });
  return listen(listeners);
}

function listen(listeners: ReadonlyMap<NodeJS.Signals, () => void>): () => void {
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

/** Whether this process has a controlling terminal. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Where this process stands in its session; in doubt nowhere, so that a signal is passed on twice rather than lost. */
function processState(): { isInForeground: boolean; isSessionLeader: boolean } {
  try {
    if (process.platform === 'linux') {
      // proc(5): after the name, which may hold anything, come state, ppid, pgrp, session, tty_nr, tpgid.
      const stat = readFileSync('/proc/self/stat', 'latin1');
      const [, , group, session, , foregroundGroup] = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
      return { isInForeground: group === foregroundGroup, isSessionLeader: session === `${process.pid}` };
    }
    const flags = execFileSync('ps', ['-o', 'stat=', '-p', `${process.pid}`], { encoding: 'latin1' });
    return { isInForeground: flags.includes('+'), isSessionLeader: flags.includes('s') };
  } catch {
    return { isInForeground: false, isSessionLeader: false };
  }
}
