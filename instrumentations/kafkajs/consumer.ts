import { type AnyFunction, type Call, replaceMethod, telemetry, wrapWithOperation } from '../../src/kit';
import { messagingConsumer } from '../../src/kit/messaging';
import { type Cluster, clientOf } from './cluster';
import { describeMessage, headers, type Message } from './message';

interface Runner {
  readonly consumerGroup: { readonly groupId: string; readonly cluster: Cluster };
}

interface ReceivedMessage extends Message {
  readonly offset: string;
}

interface ReceivedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ReceivedMessage[];
}

/** `eachMessage` gets one with `message`, `eachBatch` one with `batch`; the library calls both on its runner. */
interface Payload {
  readonly topic?: string;
  readonly partition?: number;
  readonly message?: ReceivedMessage;
  readonly batch?: ReceivedBatch;
}

type HandlerCall = Call<Runner, readonly [payload: Payload]>;

/** The handlers are traced; the loop that fetches, commits and sends heartbeats is not a part of what called `run`. */
export function traceHandlers(start: AnyFunction): AnyFunction {
  const operation = messagingConsumer<HandlerCall, ReceivedMessage>({
    ...clientOf<HandlerCall>(({ self }) => self.consumerGroup.cluster),
    destination: ({ args: [{ batch, topic }] }) => batch?.topic ?? topic,
    partitionId: ({ args: [{ batch, partition }] }) => String(batch?.partition ?? partition),
    consumerGroup: ({ self }) => self.consumerGroup.groupId,
    message: ({ args: [{ message }] }) => message,
    batch: ({ args: [{ batch }] }) => batch?.messages,
    headers,
    body: ({ value }) => value,
    messageAttributes: (message) => ({
      ...describeMessage(message),
      'kafka.offset': Number(message.offset),
    }),
  });
  return function (this: Runner, ...args: any[]) {
    for (const method of ['eachMessage', 'eachBatch']) {
      replaceMethod(this, method, (handler) =>
        wrapWithOperation(handler, { method, operation, settle: 'promise' }),
      );
    }
    return telemetry.runOutside(() => Reflect.apply(start, this, args));
  };
}
