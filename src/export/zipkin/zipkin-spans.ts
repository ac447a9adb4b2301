import { isIP } from 'node:net';
import { readRequest } from '../otlp/json-request';

/** A span of Zipkin's v2 API (zipkin2-api.yaml); what is absent is left out. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind?: string;
  /** Microseconds since the epoch, and microseconds. */
  readonly timestamp: number;
  readonly duration: number;
  readonly localEndpoint: ZipkinEndpoint;
  readonly remoteEndpoint?: ZipkinEndpoint;
  readonly annotations?: readonly { readonly timestamp: number; readonly value: string }[];
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ZipkinEndpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

/**
 * The spans of an encoded `ExportTraceServiceRequest` as Zipkin's JSON (specification/trace/sdk_exporters/zipkin.md and
 * specification/common/mapping-to-non-otlp.md).
 */
export function zipkinSpans(request: Uint8Array): ZipkinSpan[] {
  const { resourceSpans = [] } = readRequest('traces', request) as JsonRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => zipkinSpan(span, resource?.attributes, scope)),
    ),
  );
}

function zipkinSpan(
  span: JsonSpan,
  resourceAttributes: readonly JsonAttribute[] = [],
  scope: JsonScope = {},
): ZipkinSpan {
  const { 'service.name': serviceName = 'unknown_service:node', ...resource } = textsOf(resourceAttributes);
  const attributes = textsOf(span.attributes);
  const kind = kinds[span.kind ?? 0];
  return {
    traceId: span.traceId,
    id: span.spanId,
    ...(span.parentSpanId && { parentId: span.parentSpanId }),
    name: span.name ?? '',
    ...(kind && { kind }),
    timestamp: micros(span.startTimeUnixNano),
    // Zipkin takes 0 for unknown.
    duration: Math.max(1, Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1000n)),
    localEndpoint: { serviceName },
    ...(kind === 'CLIENT' || kind === 'PRODUCER' ? remoteEndpoint(attributes) : {}),
    ...(span.events && { annotations: span.events.map(annotation) }),
    tags: { ...resource, ...withoutFalseError(attributes), ...scopeTags(scope), ...ownTags(span) },
  };
}

/** By OTLP's numbers; INTERNAL is none of Zipkin's. */
const kinds = ['', '', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

/** Best first. An address has the port beside it. */
const peerNames: readonly (readonly [name: string, port?: string])[] = [
  ['peer.service'],
  ['server.address'],
  ['net.peer.name'],
  ['network.peer.address', 'network.peer.port'],
  ['server.socket.domain'],
  ['server.socket.address', 'server.socket.port'],
  ['net.sock.peer.name'],
  ['net.sock.peer.addr', 'net.sock.peer.port'],
  ['peer.hostname'],
  ['peer.address'],
  ['db.name'],
];

function remoteEndpoint(attributes: Texts): { remoteEndpoint?: ZipkinEndpoint } {
  for (const [name, portName] of peerNames) {
    const value = attributes[name];
    if (!value) continue;
    const family = portName === undefined ? 0 : isIP(value);
    if (family === 0) return { remoteEndpoint: { serviceName: value } };
    const port = Number(attributes[portName!]);
    return { remoteEndpoint: { [`ipv${family}`]: value, ...(port > 0 && { port }) } };
  }
  return {};
}

/** `"name": {"key": value}`, as the specification has it; without attributes the name alone. */
function annotation({ timeUnixNano, name = '', attributes }: JsonEvent): {
  timestamp: number;
  value: string;
} {
  const pairs = attributes?.map(({ key, value }) => [key, plainValue(value)]);
  const value = pairs ? `${JSON.stringify(name)}: ${JSON.stringify(Object.fromEntries(pairs))}` : name;
  return { timestamp: micros(timeUnixNano), value };
}

/** Zipkin takes any span with a tag `error` for failed. */
function withoutFalseError({ error, ...rest }: Texts): Texts {
  return error === undefined || error === 'false' ? rest : { ...rest, error };
}

function scopeTags({ name, version }: JsonScope): Texts {
  return {
    ...(name && { 'otel.scope.name': name, 'otel.library.name': name }),
    ...(version && { 'otel.scope.version': version, 'otel.library.version': version }),
  };
}

function ownTags(span: JsonSpan): Texts {
  const tags: Record<string, string> = {};
  if (span.status?.code === 1) tags['otel.status_code'] = 'OK';
  if (span.status?.code === 2) {
    tags['otel.status_code'] = 'ERROR';
    tags.error = span.status.message ?? '';
  }
  if (span.droppedAttributesCount) tags['otel.dropped_attributes_count'] = `${span.droppedAttributesCount}`;
  if (span.droppedEventsCount) tags['otel.dropped_events_count'] = `${span.droppedEventsCount}`;
  if (span.droppedLinksCount) tags['otel.dropped_links_count'] = `${span.droppedLinksCount}`;
  return tags;
}

type Texts = Readonly<Record<string, string>>;

function textsOf(attributes: readonly JsonAttribute[] = []): Texts {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const plain = plainValue(value);
      return [key, typeof plain === 'string' ? plain : JSON.stringify(plain)];
    }),
  );
}

function plainValue(value: JsonValue = {}): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue)
    return Object.fromEntries(
      (value.kvlistValue.values ?? []).map((pair) => [pair.key, plainValue(pair.value)]),
    );
  // The exact decimal text, where JSON's numbers would round.
  if (value.intValue !== undefined)
    return Number.isSafeInteger(Number(value.intValue)) ? Number(value.intValue) : value.intValue;
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}

const micros = (nanos: string) => Number(BigInt(nanos) / 1000n);

interface JsonRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly JsonAttribute[] };
    readonly scopeSpans?: readonly { readonly scope?: JsonScope; readonly spans?: readonly JsonSpan[] }[];
  }[];
}
interface JsonScope {
  readonly name?: string;
  readonly version?: string;
}
interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly JsonAttribute[];
  readonly droppedAttributesCount?: number;
  readonly events?: readonly JsonEvent[];
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
  readonly status?: { readonly code?: number; readonly message?: string };
}
interface JsonEvent {
  readonly timeUnixNano: string;
  readonly name?: string;
  readonly attributes?: readonly JsonAttribute[];
}
interface JsonAttribute {
  readonly key: string;
  readonly value?: JsonValue;
}
interface JsonValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly JsonValue[] };
  readonly kvlistValue?: {
    readonly values?: readonly { readonly key: string; readonly value?: JsonValue }[];
  };
}
