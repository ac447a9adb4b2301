import {
  type Attributes,
  type Context,
  defaultTextMapSetter,
  type Span,
  SpanKind,
  type TextMapGetter,
} from '@opentelemetry/api';
import { monotonicMillis } from '../../model/clock';
import type { Fields } from '../messaging/envelope';
import {
  type Active,
  type Call,
  type Getter,
  type Operation,
  read,
  reportFailure,
  safeOperation,
} from '../operation';
import { telemetry } from '../telemetry';
import {
  captureMessageHeaders,
  type MessagingClient,
  messagingSpanName,
  recordCall,
  setAll,
  setClient,
  setFailure,
  setServer,
} from './messaging-common';
import { createMessagingMetrics } from './messaging-metrics';

/** Messages of one call that go to one destination. */
export interface Outgoing<M> {
  readonly destination: string;
  readonly messages: readonly M[];
}

/** The fields that a message to a destination has to carry; `undefined` for one that is to be sent as it is. */
export type FieldsFor<M> = (destination: string, message: M) => Fields | undefined;

/** How to read a call that sends messages, and how to write the context into them. */
export interface MessagingProducer<C extends Call, M> extends MessagingClient<C> {
  /** `messaging.operation.name`: what the library calls it; default `send`. */
  readonly operationName?: string;
  /** What is sent where; empty for a call that sends nothing. A destination that comes again is taken together. */
  readonly outgoing: Getter<C, readonly Outgoing<M>[]>;
  /** Reads a header that the program set. */
  readonly headers: TextMapGetter<M>;
  /**
   * Replaces `call.args` by copies in which each message carries its fields. What the program gave is never changed, and what cannot carry
   * fields stays as it is.
   */
  readonly carry: (call: C, fieldsFor: FieldsFor<M>) => void;
  /** Attributes of a message, such as its key; read only where a span stands for a single one. */
  readonly messageAttributes?: (message: M) => Attributes;
  /** What the call's result tells, such as the partition. */
  readonly resultAttributes?: (call: C, outgoing: Outgoing<M>) => Attributes | undefined;
}

/** The span of one destination. */
interface Send<M> {
  readonly outgoing: Outgoing<M>;
  readonly span: Span;
  readonly context: Context;
}

interface ActiveSends<M> extends Active {
  readonly sends: readonly Send<M>[];
  readonly startMillis: number;
}

/**
 * A call that sends messages (semantic conventions, "Messaging spans"): one PRODUCER span a destination, whose context all its messages
 * carry. A message in which the program put a `traceparent` of its own keeps that one, and the span links to it.
 */
export function messagingProducer<C extends Call, M>(producer: MessagingProducer<C, M>): Operation<C> {
  const tracer = telemetry.instrumented(producer.instrumentation);
  const operationName = producer.operationName ?? 'send';
  const metrics = createMessagingMetrics(producer.instrumentation, 'sent');

  return safeOperation<C>({ start, end });

  function start(call: C): Active | undefined {
    const all = mergeByDestination(read(producer.outgoing, call) ?? []);
    if (all.length === 0) return undefined;
    const parent = telemetry.activeContext();
    const sends = all.map((outgoing) => startSend(outgoing, parent, call));
    inject(sends, call);
    const [first] = sends;
    // With several spans none of them is the parent of what the call does.
    const context = sends.length === 1 ? first!.context : parent;
    const startMillis = metrics ? monotonicMillis() : 0;
    return { span: first!.span, context, sends, startMillis } as ActiveSends<M>;
  }

  function startSend(outgoing: Outgoing<M>, parent: Context, call: C): Send<M> {
    const { destination, messages } = outgoing;
    const span = tracer.startSpan(messagingSpanName(operationName, destination), SpanKind.PRODUCER, parent);
    if (span.isRecording()) {
      setClient(span, producer, call);
      span.setAttribute('messaging.operation.name', operationName);
      span.setAttribute('messaging.operation.type', 'send');
      span.setAttribute('messaging.destination.name', destination);
      if (messages.length > 1) span.setAttribute('messaging.batch.message_count', messages.length);
      else
        setAll(
          span,
          read(() => producer.messageAttributes?.(messages[0]!), call),
        );
      captureMessageHeaders(span, messages, producer.headers);
      for (const message of messages) linkToOwnContext(span, message);
    }
    return { outgoing, span, context: telemetry.withSpan(parent, span) };
  }

  function linkToOwnContext(span: Span, message: M): void {
    if (!hasOwnContext(message)) return;
    const own = telemetry.propagator.extract(telemetry.rootContext, message, producer.headers);
    const context = telemetry.spanContextOf(own);
    if (context) span.addLink({ context });
  }

  function hasOwnContext(message: M): boolean {
    return producer.headers.get(message, 'traceparent') !== undefined;
  }

  function inject(sends: readonly Send<M>[], call: C): void {
    const { args } = call;
    try {
      const fields = new Map(sends.map(({ outgoing, context }) => [outgoing.destination, fieldsOf(context)]));
      producer.carry(call, (destination, message) =>
        hasOwnContext(message) ? undefined : fields.get(destination),
      );
    } catch (error) {
      call.args = args;
      reportFailure(error);
    }
  }

  function end(active: Active, call: C): void {
    const { sends, startMillis } = active as ActiveSends<M>;
    for (const { span, outgoing, context } of sends) {
      if (span.isRecording()) {
        // Only after the first request is it known which servers there are.
        setServer(span, producer, call);
        if (call.error === undefined)
          setAll(
            span,
            read(() => producer.resultAttributes?.(call, outgoing), call),
          );
        setFailure(span, producer, call);
      }
      if (metrics) {
        const { destination, messages } = outgoing;
        const count = messages.length;
        const measured = { operationName, operationType: 'send', destination, messages: count, startMillis };
        recordCall(metrics, producer, measured, call, context);
      }
      span.end();
    }
  }
}

/** What the propagators write for a context; `undefined` if nothing. */
function fieldsOf(context: Context): Fields | undefined {
  const fields: Record<string, string> = {};
  telemetry.propagator.inject(context, fields, defaultTextMapSetter);
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function mergeByDestination<M>(all: readonly Outgoing<M>[]): readonly Outgoing<M>[] {
  if (all.length < 2) return all;
  const merged = new Map<string, Outgoing<M>>();
  for (const { destination, messages } of all) {
    const earlier = merged.get(destination)?.messages ?? [];
    merged.set(destination, { destination, messages: [...earlier, ...messages] });
  }
  return [...merged.values()];
}
