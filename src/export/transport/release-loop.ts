import { startTimer } from '../../model/timers';

/** A program that is through with its work waits at most this long for a request of ours to leave. */
export const maxHoldMillis = 100;

/**
 * A connect or a write under way keeps the process alive, also on a socket that does not: a program that is through with its work would wait
 * for a collector that never answers. So a request is watched until it has left, and given up when nothing else is left to do; what it should have
 * sent goes out at `exit`.
 */
export function releaseLoop(isHolding: () => boolean, giveUp: () => void): void {
  startTimer(() => {
    if (!isHolding()) return;
    if (isNothingElseActive()) giveUp();
    else releaseLoop(isHolding, giveUp);
  }, maxHoldMillis);
}

function isNothingElseActive(): boolean {
  return process.getActiveResourcesInfo().every((type) => unimportant.has(type));
}

/** The connect (by both names that Node has for it) and the write, and standard streams, which are listed even when nobody reads or writes them. */
const unimportant = new Set(['ConnectWrap', 'TCPConnectWrap', 'WriteWrap', 'PipeWrap', 'TTYWrap']);
