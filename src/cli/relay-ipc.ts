import type { ChildProcess } from 'node:child_process';

/** Connects two ends of IPC channels: messages, handles and the end of each go both ways, in order. */
export function relayIpc(parent: ChildProcess, child: ChildProcess): void {
  relay(parent, child);
  relay(child, parent);
}

function relay(from: ChildProcess, to: ChildProcess): void {
  let pending = 0;
  let ended = false;
  from.on('message', (message, handle) => {
    pending++;
    to.send(message as object, handle, () => {
      pending--;
      endIfDone();
    });
  });
  from.on('disconnect', () => {
    ended = true;
    endIfDone();
  });

  /** Not before everything is written: what is still queued would be lost. */
  function endIfDone(): void {
    if (ended && pending === 0 && to.connected) to.disconnect();
  }
}
