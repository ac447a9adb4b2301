import {
  type Attributes,
  type Context,
  type Span,
  SpanStatusCode,
  type TextMapGetter,
} from '@opentelemetry/api';
import { monotonicMillis } from '../../model/clock';
import type { EnvelopeMode } from '../messaging/envelope';
import { type Call, errorMessage, errorType, type Getter, read, set } from '../operation';
import { telemetry } from '../telemetry';
import type { MessagingMetrics } from './messaging-metrics';

/** What is read of every call to a messaging system. */
export interface MessagingClient<C extends Call> {
  /** Name of the instrumentation, as in its definition. */
  readonly instrumentation: string;
  /** A well-known value of `messaging.system.name`, else the system's own name in lower case. */
  readonly system: string;
  readonly clientId?: Getter<C, string>;
  readonly serverAddress?: Getter<C, string>;
  readonly serverPort?: Getter<C, number>;
  /** `error.type` of a failed call, where the error's code or class says less than the library knows. */
  readonly errorType?: Getter<C, string>;
}

/** `{operation} {destination}` (semantic conventions, "Messaging span name"). */
export function messagingSpanName(operationName: string, destination: string | undefined): string {
  return destination ? `${operationName} ${destination}` : operationName;
}

/** Sets which system and which client it is. */
export function setClient<C extends Call>(span: Span, client: MessagingClient<C>, call: C): void {
  span.setAttribute('messaging.system.name', client.system);
  set(span, 'messaging.client.id', read(client.clientId, call));
}

/** Sets the broker, where the client knows one. */
export function setServer<C extends Call>(span: Span, client: MessagingClient<C>, call: C): void {
  const address = read(client.serverAddress, call);
  set(span, 'server.address', address);
  if (address !== undefined) set(span, 'server.port', read(client.serverPort, call));
}

/** Sets attributes that an instrumentation adds of its own. */
export function setAll(span: Span, attributes: Attributes | undefined): void {
  if (attributes === undefined) return;
  for (const key of Object.keys(attributes)) set(span, key, attributes[key]);
}

/** Sets error type and status, if the call failed. */
export function setFailure<C extends Call>(span: Span, client: MessagingClient<C>, call: C): void {
  if (call.error === undefined) return;
  span.setAttribute('error.type', failureType(client, call));
  const message = errorMessage(call.error);
  span.setStatus(message ? { code: SpanStatusCode.ERROR, message } : { code: SpanStatusCode.ERROR });
}

/** `messaging.header.<name>` of the headers that the user named, as the Java agent has them. */
export function captureMessageHeaders<M>(
  span: Span,
  messages: readonly M[],
  headers: TextMapGetter<M>,
): void {
  for (const name of telemetry.settings.messagingHeaders ?? []) {
    const values = messages.flatMap((message) => headers.get(message, name) ?? []);
    if (values.length > 0) span.setAttribute(`messaging.header.${name}`, values);
  }
}

/** One call, for its metrics. */
export interface MeasuredCall {
  readonly operationName: string;
  /** Missing if the metric of the operation implies it. */
  readonly operationType?: string;
  readonly destination: string | undefined;
  readonly partitionId?: string | undefined;
  readonly consumerGroup?: string | undefined;
  readonly messages: number;
  readonly startMillis: number;
}

/** Measures a call that is over. */
export function recordCall<C extends Call>(
  metrics: MessagingMetrics,
  client: MessagingClient<C>,
  measured: MeasuredCall,
  call: C,
  context: Context,
): void {
  const address = read(client.serverAddress, call);
  const values = [
    measured.operationName,
    client.system,
    measured.destination,
    measured.partitionId,
    measured.consumerGroup,
    address,
    address === undefined ? undefined : read(client.serverPort, call),
    call.error === undefined ? undefined : failureType(client, call),
  ] as const;
  const seconds = (monotonicMillis() - measured.startMillis) / 1000;
  metrics.calls.at(...values, measured.operationType).record('duration', seconds, context);
  if (measured.messages > 0) metrics.messages.at(...values).record('messages', measured.messages, context);
}

function failureType<C extends Call>(client: MessagingClient<C>, call: C): string {
  return read(client.errorType, call) ?? errorType(call.error);
}

/** `OTEL_NODE_MESSAGING_ENVELOPE`. */
export function envelopeMode(): EnvelopeMode {
  return telemetry.settings.messagingEnvelope;
}
