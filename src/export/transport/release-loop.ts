import type { Socket } from 'node:net';
import { startTimer } from '../../model/timers';

const checkMillis = 100;

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
  // `ConnectWrap` or `TCPConnectWrap`, as the version of Node has it.
  return process.getActiveResourcesInfo().every((type) => type.endsWith('ConnectWrap'));
}
