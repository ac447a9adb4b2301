import { log, messageOf } from '../diag/log';
import type { ChannelListener } from '../kit/define';
import { awaitBuiltin } from './await-builtin';
import type { RegistryEntry } from './registry';
import { subscribe } from './subscribe';

/** Subscribes an instrumentation to its channels; its code loads with the first message. */
export function subscribeChannels(entry: RegistryEntry): void {
  for (const channel of entry.channels) subscribe(channel, createListener(entry, channel));
}

function createListener(entry: RegistryEntry, channel: string): ChannelListener {
  let listener: ChannelListener | undefined;
  const isWanted = awaitBuiltin(entry.awaits);
  // What a subscriber throws, Node turns into an uncaught exception of the program's.
  return (message) => {
    try {
      if (listener === undefined && !isWanted()) return;
      listener ??= entry.load().channels![channel]!;
      listener(message);
    } catch (error) {
      log.warnOnce(`${entry.name}: channel ${channel}: ${messageOf(error)}`);
    }
  };
}
