import { type AnyFunction, type Call, replaceMethod, wrapWithOperation } from '../../src/kit';
import { messagingProducer, type Outgoing } from '../../src/kit/messaging';
import { type Cluster, canCarryHeaders, clientOf } from './cluster';
import { describeMessage, headers, type Message } from './message';
import { carryInRecord, type ProducerRecord, readRecord } from './record';

type SendCall = Call<unknown, readonly [record: ProducerRecord], readonly RecordMetadata[] | undefined>;

interface RecordMetadata {
  readonly topicName: string;
  readonly partition: number;
  readonly baseOffset?: string;
}

/** Plain producers and transactions alike get their `send` and `sendBatch` from this factory. */
export function traceProducers(createMessageProducer: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: any[]) {
    const producer = Reflect.apply(createMessageProducer, this, args) as object;
    const operation = sendOperation(args[0].cluster);
    for (const method of ['send', 'sendBatch']) {
      replaceMethod(producer, method, (send) =>
        wrapWithOperation(send, { method, operation, settle: 'promise' }),
      );
    }
    return producer;
  };
}

function sendOperation(cluster: Cluster) {
  return messagingProducer<SendCall, Message>({
    ...clientOf<SendCall>(() => cluster),
    outgoing: ({ args: [record] }) => readRecord(record),
    headers,
    carry: (call, fieldsFor) => {
      call.args = [carryInRecord(call.args[0], fieldsFor, canCarryHeaders(cluster))];
    },
    messageAttributes: describeMessage,
    resultAttributes: ({ result }, outgoing) => describeResult(result, outgoing),
  });
}

function describeResult(result: SendCall['result'], { destination, messages }: Outgoing<Message>) {
  const parts = result?.filter(({ topicName }) => topicName === destination) ?? [];
  if (parts.length !== 1) return undefined;
  const { partition, baseOffset } = parts[0]!;
  const isStored = messages.length === 1 && baseOffset !== undefined && baseOffset !== '-1';
  return {
    'messaging.destination.partition.id': String(partition),
    ...(isStored ? { 'kafka.offset': Number(baseOffset) } : {}),
  };
}
