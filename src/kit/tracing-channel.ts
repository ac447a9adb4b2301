import { tracingChannel } from 'node:diagnostics_channel';
import type { TracingPatch } from './define';
import { type Active, type Call, read, reportFailure } from './operation';

const subscribed = new Set<TracingPatch>();

/** A call that a library's tracing channel told of. */
interface Traced {
  readonly call: Call;
  readonly active: Active;
}

/**
 * Turns the events of a tracing channel into an operation: it starts with `start` and ends with `asyncEnd`, or with `end` where nothing
 * asynchronous follows. Subscribing twice (two copies of a library) makes no second span.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#tracingchannel-channels
 */
export function subscribeTracing(patch: TracingPatch): void {
  if (subscribed.has(patch)) return;
  subscribed.add(patch);
  const traced = new WeakMap<object, Traced>();

  tracingChannel(patch.tracing).subscribe({
    start(message) {
      const call = read(
        patch.call as unknown as (call: Call) => Call | undefined,
        message as unknown as Call,
      );
      const active = call && patch.operation.start(call);
      if (call && active) traced.set(message, { call, active });
    },
    error(message) {
      const found = traced.get(message);
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
    const found = traced.get(message);
    if (!found) return;
    traced.delete(message);
    try {
      found.call.result = (message as { result?: unknown }).result;
      patch.operation.end(found.active, found.call);
    } catch (error) {
      reportFailure(error);
    }
  }
}
