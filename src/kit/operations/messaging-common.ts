import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { EnvelopeMode } from '../messaging/envelope';
import { type Call, errorMessage, errorType, type Getter, read, set } from '../operation';
import { telemetry } from '../telemetry';

/** What is read of every call to a messaging system. */
export interface MessagingClient<C extends Call> {
  /** Name of the instrumentation, as in its definition. */
  readonly instrumentation: string;
  /** A well-known value of `messaging.system`, else the system's own name in lower case. */
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

export function setClient<C extends Call>(span: Span, client: MessagingClient<C>, call: C): void {
  span.setAttribute('messaging.system', client.system);
  set(span, 'messaging.client.id', read(client.clientId, call));
}

export function setServer<C extends Call>(span: Span, client: MessagingClient<C>, call: C): void {
  const address = read(client.serverAddress, call);
  set(span, 'server.address', address);
  if (address !== undefined) set(span, 'server.port', read(client.serverPort, call));
}

export function setAll(span: Span, attributes: Attributes | undefined): void {
  for (const key in attributes) set(span, key, attributes[key]);
}

export function setFailure<C extends Call>(span: Span, client: MessagingClient<C>, call: C): void {
  if (call.error === undefined) return;
  span.setAttribute('error.type', read(client.errorType, call) ?? errorType(call.error));
  const message = errorMessage(call.error);
  span.setStatus(message ? { code: SpanStatusCode.ERROR, message } : { code: SpanStatusCode.ERROR });
}

/** `OTEL_NODE_MESSAGING_ENVELOPE`. */
export function envelopeMode(): EnvelopeMode {
  return telemetry.settings.messagingEnvelope;
}
