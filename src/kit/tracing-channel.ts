import { tracingChannel } from 'node:diagnostics_channel';
import type { TracingPatch } from './define';
import { type Active, type Call, read, reportFailure } from './operation';
import { PrivateField } from './private-field';

/** With the channels, which are to be alive when the process ends: see `hook/subscribe.ts`. */
const subscribed = new Map<TracingPatch, object>();

/** A call that a library's tracing channel told of. */
interface Traced {
  readonly call: Call;
  readonly active: Active;
}

/** The call that a message is of, until it has ended. */
class MessageCall extends PrivateField {
  #traced: Traced | undefined;

  static set(message: object, traced: Traced | undefined): void {
    const holder = #traced in message ? message : new MessageCall(message);
    holder.#traced = traced;
  }

  static of(message: object): Traced | undefined {
    return #traced in message ? message.#traced : undefined;
  }
}

/**
 * Turns the events of a tracing channel into an operation: it starts with `start` and ends with `asyncEnd`, or with `end` where nothing
 * asynchronous follows. Subscribing twice (two copies of a library) makes no second span.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#tracingchannel-channels
 */
export function subscribeTracing(patch: TracingPatch): void {
  if (subscribed.has(patch)) return;
  const channel = tracingChannel(patch.tracing);
  subscribed.set(patch, channel);
  channel.subscribe({
    start(message) {
      const call = read(
        patch.call as unknown as (call: Call) => Call | undefined,
        message as unknown as Call,
      );
      const active = call && patch.operation.start(call);
      if (call && active) MessageCall.set(message, { call, active });
    },
    error(message) {
      const found = MessageCall.of(message);
      // A rejection may be without a reason; it is an error all the same.
      if (found) found.call.error = (message as { error?: unknown }).error ?? null;
    },
    end(message) {
      // A call that threw or that returned its result: there will be no asyncEnd. That of a promise is not there yet.
      if ('error' in message || 'result' in message) finish(message);
    },
    asyncStart() {},
    asyncEnd: finish,
  });

  function finish(message: object): void {
    const found = MessageCall.of(message);
    if (!found) return;
    MessageCall.set(message, undefined);
    try {
      found.call.result = (message as { result?: unknown }).result;
      patch.operation.end(found.active, found.call);
    } catch (error) {
      reportFailure(error);
    }
  }
}
