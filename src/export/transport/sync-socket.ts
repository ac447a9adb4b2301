import type { Socket } from 'node:net';
import { monotonicMillis } from '../../model/clock';
import { suppressed } from '../../model/suppress';
import { blockFor } from '../../model/timers';

/*
 * Connections for the end of a process, when the event loop is gone: a lookup that answers at once makes `net.connect` open its socket at once, and on
 * its descriptor `fs.writeSync` and `fs.readSync` work.
 */

/** Starts to connect, to an address or, without a port, to a Unix domain socket. */
export function connectSync(address: string, port: number | undefined): Socket {
  const net = require('node:net') as typeof import('node:net');
  const socket = suppressed(() => {
    if (port === undefined) return net.connect({ path: address });
    return net.connect({
      host: 'collector',
      port,
      autoSelectFamily: false,
      lookup: (_host, lookupOptions, callback) => {
        const family = net.isIP(address);
        if (lookupOptions.all) callback(null, [{ address, family }]);
        else callback(null, address, family);
      },
    });
  });
  socket.on('error', () => {});
  socket.unref();
  return socket;
}

/** The file descriptor of a connected socket; `undefined` where it has none, as on Windows. */
export function descriptorOf(socket: Socket): number | undefined {
  const fd = (socket as { _handle?: { fd?: number } })._handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

/** Writes everything, waiting while the connection opens (ENOTCONN) or the peer is slow (EAGAIN); `false` at the deadline. */
export function writeAll(fd: number, data: Buffer, deadline: number): boolean {
  const { writeSync } = require('node:fs') as typeof import('node:fs');
  let written = 0;
  while (written < data.length) {
    const count = retryWhileBusy(() => writeSync(fd, data, written), deadline);
    if (count === undefined) return false;
    written += count;
  }
  return true;
}

/** Repeats a system call while it would block, with naps of 0.1 to 1 ms; `undefined` at the deadline. */
export function retryWhileBusy(call: () => number, deadline: number): number | undefined {
  for (let napMillis = 0.1; ; napMillis = Math.min(1, napMillis * 2)) {
    try {
      return call();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN' && code !== 'ENOTCONN') throw error;
    }
    if (monotonicMillis() >= deadline) return undefined;
    blockFor(napMillis);
  }
}
