import {
  type Channel,
  type ChannelListener,
  channel,
  subscribe as subscribeByName,
} from 'node:diagnostics_channel';

/**
 * Node itself forgets a channel to which one subscribed by its name before it takes its last collection. Below 20.12.2 it has the finalizer of what
 * is dead by then run for ever, and the process never ends (nodejs/node#47748).
 */
const kept: Channel[] = [];

/** As `subscribe` of `node:diagnostics_channel`, without making the end of the process hang. */
export function subscribe(name: string, listener: ChannelListener): void {
  subscribeByName(name, listener);
  kept.push(channel(name));
}
