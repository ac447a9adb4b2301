import type { Socket } from 'node:net';
import { startTimer } from '../../model/timers';

/** A connect that takes longer than this is rare, and given up only by a program that has nothing else to do. */
const checkMillis = 400;

/**
 * A connect under way keeps the process alive, also on a socket that does not: a program that is through with its work would wait for a collector
 * that never answers. So it is watched, and given up when nothing else is left to do; what it should have sent goes out at `exit`.
 */
export function releaseLoopWhileConnecting(socket: Socket, giveUp: () => void): void {
  startTimer(() => {
    if (!socket.connecting || socket.destroyed) return;
    if (isNothingElseActive()) giveUp();
    else releaseLoopWhileConnecting(socket, giveUp);
  }, checkMillis);
}

function isNothingElseActive(): boolean {
  return process.getActiveResourcesInfo().every((type) => unimportant.has(type));
}

/** The connect itself, by both names that Node has for it, and standard streams, which are listed even when nobody reads or writes them. */
const unimportant = new Set(['ConnectWrap', 'TCPConnectWrap', 'PipeWrap', 'TTYWrap']);
