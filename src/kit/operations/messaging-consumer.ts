import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  SpanKind,
  type TextMapGetter,
} from '@opentelemetry/api';
import { monotonicMillis } from '../../model/clock';
import { readEnvelope } from '../messaging/envelope';
import { type Active, type Call, type Getter, type Operation, read, safeOperation, set } from '../operation';
import { telemetry } from '../telemetry';
import {
  captureMessageHeaders,
  envelopeMode,
  type MeasuredCall,
  type MessagingClient,
  messagingSpanName,
  recordCall,
  setAll,
  setClient,
  setFailure,
  setServer,
} from './messaging-common';
import { createMessagingMetrics } from './messaging-metrics';

/** How to read a call of the program's handler. */
export interface MessagingConsumer<C extends Call, M> extends MessagingClient<C> {
  /** `messaging.operation.name`: what the library calls it; default `process`. */
  readonly operationName?: string;
  readonly destination: Getter<C, string>;
  readonly partitionId?: Getter<C, string>;
  readonly consumerGroup?: Getter<C, string>;
  /** What the handler gets: one message, or a batch. */
  readonly message?: Getter<C, M>;
  readonly batch?: Getter<C, readonly M[]>;
  readonly headers: TextMapGetter<M>;
  /** The body as it was received: searched for a context where headers have none, if `OTEL_NODE_MESSAGING_ENVELOPE` says so. */
  readonly body?: (message: M) => unknown;
  /** Attributes of a single message, such as its id or key. */
  readonly messageAttributes?: (message: M) => Attributes;
}

/**
 * A handler that gets messages pushed (semantic conventions, "Messaging spans"): a CONSUMER span. That of a single message is the child of
 * the span that sent it; that of a batch begins a trace. Both link to the context of each message.
 */
export function messagingConsumer<C extends Call, M>(consumer: MessagingConsumer<C, M>): Operation<C> {
  const tracer = telemetry.instrumented(consumer.instrumentation);
  const operationName = consumer.operationName ?? 'process';
  const metrics = createMessagingMetrics(consumer.instrumentation, 'processed');

  return safeOperation<C>({ start, end });

  function start(call: C): Active {
    const message = read(consumer.message, call);
    const { remoteParent } = telemetry.settings;
    const sent = message === undefined ? telemetry.rootContext : contextOf(message);
    const parent = remoteParent === 'trust' ? sent : telemetry.rootContext;
    const destination = read(consumer.destination, call);
    const span = tracer.startSpan(messagingSpanName(operationName, destination), SpanKind.CONSUMER, parent);
    if (span.isRecording()) {
      setClient(span, consumer, call);
      setServer(span, consumer, call);
      span.setAttribute('messaging.operation.name', operationName);
      span.setAttribute('messaging.operation.type', 'process');
      set(span, 'messaging.destination.name', destination);
      set(span, 'messaging.destination.partition.id', read(consumer.partitionId, call));
      set(span, 'messaging.consumer.group.name', read(consumer.consumerGroup, call));
      if (message !== undefined)
        setAll(
          span,
          read(() => consumer.messageAttributes?.(message), call),
        );
      const batch = read(consumer.batch, call);
      set(span, 'messaging.batch.message_count', batch?.length);
      captureMessageHeaders(span, batch ?? (message === undefined ? [] : [message]), consumer.headers);
      for (const context of remoteParent === 'ignore' ? [] : (batch?.map(contextOf) ?? [sent])) {
        const producer = telemetry.spanContextOf(context);
        if (producer) span.addLink({ context: producer });
      }
    }
    const active: ActiveProcess = {
      span,
      context: telemetry.withSpan(parent, span),
      measured: metrics && measure(call, destination, message),
    };
    return active;
  }

  function measure(call: C, destination: string | undefined, message: M | undefined): MeasuredCall {
    return {
      operationName,
      destination,
      partitionId: read(consumer.partitionId, call),
      consumerGroup: read(consumer.consumerGroup, call),
      messages: message === undefined ? (read(consumer.batch, call)?.length ?? 0) : 1,
      startMillis: monotonicMillis(),
    };
  }

  /** The context in which a message was sent: what its headers say, else its body. */
  function contextOf(message: M): Context {
    const context = telemetry.propagator.extract(telemetry.rootContext, message, consumer.headers);
    if (envelopeMode() === 'none' || consumer.body === undefined) return context;
    if (consumer.headers.get(message, 'traceparent') !== undefined) return context;
    const fields = readEnvelope(consumer.body(message));
    return fields ? telemetry.propagator.extract(context, fields, defaultTextMapGetter) : context;
  }

  function end(active: Active, call: C): void {
    const { span, context } = active;
    const { measured } = active as ActiveProcess;
    if (span.isRecording()) setFailure(span, consumer, call);
    if (measured) recordCall(metrics!, consumer, measured, call, context);
    span.end();
  }
}

interface ActiveProcess extends Active {
  readonly measured: MeasuredCall | undefined;
}
