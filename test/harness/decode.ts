import { join } from 'node:path';
import type { Attributes, AttributeValue, Link, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import protobuf from 'protobufjs';
import type { SpanData, SpanEvent } from '../../src/model/span-data';

/** A span as it came over the wire: what `SpanData` holds and the fields only tests look at. */
export interface DecodedSpan extends SpanData {
  readonly traceState: string;
  /** Bits 0 to 7: W3C trace flags; 8 and 9: whether the parent is remote (trace.proto, `SpanFlags`). */
  readonly flags: number;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/**
 * Decodes an ExportTraceServiceRequest by the official .proto files (reflection), a path that shares nothing with our encoder.
 *
 * @throws on malformed bytes, unknown fields, ids of a wrong length and repeated attribute keys: what a lenient collector
 *   would let pass is a bug of the sender.
 */
export function decodeTraces(body: Uint8Array): DecodedSpan[] {
  const reader = protobuf.Reader.create(body) as protobuf.Reader & { discardUnknown: boolean };
  reader.discardUnknown = false;
  const request = types().request.decode(reader);
  refuseUnknownFields(request, 'ExportTraceServiceRequest');
  const spans: DecodedSpan[] = [];
  for (const resourceSpans of list(request, 'resourceSpans')) {
    const resource = attributes(message(resourceSpans, 'resource'));
    for (const scopeSpans of list(resourceSpans, 'scopeSpans')) {
      const scope = message(scopeSpans, 'scope');
      const schemaUrl = text(scopeSpans, 'schemaUrl') || undefined;
      for (const span of list(scopeSpans, 'spans')) {
        spans.push({
          ...decodeSpan(span),
          scope: { name: text(scope, 'name'), version: text(scope, 'version') || undefined, schemaUrl },
          resource,
        });
      }
    }
  }
  return spans;
}

/** Encodes an ExportTraceServiceResponse that says how many spans were refused (OTLP, "Partial Success"). */
export function encodePartialSuccess(rejectedSpans: number, errorMessage: string): Uint8Array {
  return types().response.encode({ partialSuccess: { rejectedSpans, errorMessage } }).finish();
}

/** A decoded message: what the reflection of protobufjs gives. */
export type Message = Record<string, unknown>;

function decodeSpan(span: Message): Omit<DecodedSpan, 'scope' | 'resource'> {
  const status = (span.status ?? {}) as { code?: number; message?: string };
  const parentSpanId = bytes(span, 'parentSpanId');
  return {
    traceId: id(span, 'traceId', 16),
    spanId: id(span, 'spanId', 8),
    parentSpanId: parentSpanId.length === 0 ? undefined : id(span, 'parentSpanId', 8),
    name: text(span, 'name'),
    kind: apiKind(span),
    startTimeUnixNano: nanos(span, 'startTimeUnixNano'),
    endTimeUnixNano: nanos(span, 'endTimeUnixNano'),
    attributes: attributes(span),
    events: list(span, 'events').map(decodeEvent),
    links: list(span, 'links').map(decodeLink),
    status: { code: (status.code ?? 0) as SpanStatusCode, message: status.message || undefined },
    traceState: text(span, 'traceState'),
    flags: Number(span.flags ?? 0),
    droppedAttributesCount: Number(span.droppedAttributesCount ?? 0),
    droppedEventsCount: Number(span.droppedEventsCount ?? 0),
    droppedLinksCount: Number(span.droppedLinksCount ?? 0),
  };
}

function decodeEvent(event: Message): SpanEvent {
  return {
    name: text(event, 'name'),
    timeUnixNano: nanos(event, 'timeUnixNano'),
    attributes: attributes(event),
  };
}

function decodeLink(link: Message): Link {
  return {
    context: {
      traceId: id(link, 'traceId', 16),
      spanId: id(link, 'spanId', 8),
      traceFlags: Number(link.flags ?? 0) & 0xff,
    },
    attributes: attributes(link),
  };
}

/** OTLP's SpanKind starts at 1 with INTERNAL, the API's at 0; OTLP's 0 is "unspecified" and never right. */
function apiKind(span: Message): SpanKind {
  const kind = Number(span.kind ?? 0);
  if (kind < 1 || kind > 5)
    throw new Error(`span ${JSON.stringify(span.name)}: kind ${kind} is not a SpanKind`);
  return kind - 1;
}

export function attributes(owner: Message): Attributes {
  const result: Attributes = {};
  for (const pair of list(owner, 'attributes')) {
    const key = text(pair, 'key');
    if (key === '') throw new Error('an attribute without a key');
    if (Object.hasOwn(result, key)) throw new Error(`attribute ${key} is there twice`);
    result[key] = anyValue(message(pair, 'value'), key) as AttributeValue;
  }
  return result;
}

export function anyValue(value: Message, key: string): unknown {
  // `value` is the name of the member that is set; the others read as their defaults.
  switch (value.value) {
    case 'stringValue':
    case 'boolValue':
    case 'doubleValue':
    case 'bytesValue':
      return value[value.value];
    case 'intValue':
      return safeInteger(BigInt(String(value.intValue)), key);
    case 'arrayValue':
      return list(message(value, 'arrayValue'), 'values').map((item) => anyValue(item, key));
    case 'kvlistValue': {
      const pairs = list(message(value, 'kvlistValue'), 'values');
      return Object.fromEntries(
        pairs.map((pair) => [text(pair, 'key'), anyValue(message(pair, 'value'), key)]),
      );
    }
    default:
      return null;
  }
}

function safeInteger(value: bigint, key: string): number {
  if (BigInt(Number(value)) !== value)
    throw new Error(`attribute ${key}: ${value} is no integer that JavaScript can hold`);
  return Number(value);
}

export function id(owner: Message, field: string, length: number): string {
  const value = bytes(owner, field);
  if (value.length !== length) throw new Error(`${field}: expected ${length} bytes, got ${value.length}`);
  if (value.every((byte) => byte === 0)) throw new Error(`${field}: all zero`);
  return Buffer.from(value).toString('hex');
}

export function nanos(owner: Message, field: string): bigint {
  const value = BigInt(String(owner[field] ?? 0));
  if (value <= 0n) throw new Error(`${field}: expected a time, got ${value}`);
  return value;
}

export const text = (owner: Message, field: string) => (owner[field] as string | undefined) ?? '';
export const bytes = (owner: Message, field: string) =>
  (owner[field] as Uint8Array | undefined) ?? new Uint8Array();
export const message = (owner: Message, field: string) => (owner[field] as Message | undefined | null) ?? {};
export const list = (owner: Message, field: string) => (owner[field] as Message[] | undefined) ?? [];

/** protobufjs keeps what the .proto files do not name in `$unknowns`, a wrong wire type included. */
export function refuseUnknownFields(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  const unknowns = (value as { $unknowns?: Uint8Array[] }).$unknowns;
  if (unknowns !== undefined && unknowns.length > 0) {
    throw new Error(
      `${path}: unknown field, bytes ${Buffer.from(unknowns[0]!).toString('hex').slice(0, 40)}`,
    );
  }
  for (const [key, child] of Object.entries(value)) refuseUnknownFields(child, `${path}.${key}`);
}

/** Loads a .proto file: opentelemetry-proto 1.7.0 as vendored by dd-trace, the one npm package that ships it. */
export function loadProto(file: string): protobuf.Root {
  const directory = join(__dirname, '../node_modules/dd-trace/packages/dd-trace/src/opentelemetry/otlp');
  return protobuf.loadSync(join(directory, file));
}

let loaded: { request: protobuf.Type; response: protobuf.Type } | undefined;

function types() {
  if (loaded !== undefined) return loaded;
  const root = loadProto('trace_service.proto');
  const service = 'opentelemetry.proto.collector.trace.v1';
  loaded = {
    request: root.lookupType(`${service}.ExportTraceServiceRequest`),
    response: root.lookupType(`${service}.ExportTraceServiceResponse`),
  };
  return loaded;
}
