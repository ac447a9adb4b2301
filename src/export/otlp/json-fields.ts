/** How a field is written in protobuf, and so how it reads in JSON. A message is given by its table. */
export type FieldType =
  | 'string'
  | 'bool'
  | 'double'
  /** Varints of at most 32 bits, enums among them: numbers in JSON. */
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  /** 64 bits: decimal strings in JSON. */
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  /** Bytes: ids in hex, everything else in base64. */
  | 'id'
  | 'bytes'
  | (() => Message);

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly isRepeated?: boolean;
}

/** The fields of a message by their numbers. */
export type Message = Readonly<Record<number, Field>>;

const one = (name: string, type: FieldType): Field => ({ name, type });
const many = (name: string, type: FieldType): Field => ({ name, type, isRepeated: true });

// opentelemetry/proto/common/v1 and resource/v1

const anyValue: Message = {
  1: one('stringValue', 'string'),
  2: one('boolValue', 'bool'),
  3: one('intValue', 'int64'),
  4: one('doubleValue', 'double'),
  5: one('arrayValue', () => ({ 1: many('values', () => anyValue) })),
  6: one('kvlistValue', () => ({ 1: many('values', () => keyValue) })),
  7: one('bytesValue', 'bytes'),
};
const keyValue: Message = { 1: one('key', 'string'), 2: one('value', () => anyValue) };
const attributes = many('attributes', () => keyValue);
const droppedAttributesCount = one('droppedAttributesCount', 'uint32');

const entityRef: Message = {
  1: one('schemaUrl', 'string'),
  2: one('type', 'string'),
  3: many('idKeys', 'string'),
  4: many('descriptionKeys', 'string'),
};
const resource: Message = {
  1: attributes,
  2: droppedAttributesCount,
  3: many('entityRefs', () => entityRef),
};
const scope: Message = {
  1: one('name', 'string'),
  2: one('version', 'string'),
  3: attributes,
  4: droppedAttributesCount,
};

// opentelemetry/proto/trace/v1

const event: Message = {
  1: one('timeUnixNano', 'fixed64'),
  2: one('name', 'string'),
  3: attributes,
  4: droppedAttributesCount,
};
const link: Message = {
  1: one('traceId', 'id'),
  2: one('spanId', 'id'),
  3: one('traceState', 'string'),
  4: attributes,
  5: droppedAttributesCount,
  6: one('flags', 'fixed32'),
};
const span: Message = {
  1: one('traceId', 'id'),
  2: one('spanId', 'id'),
  3: one('traceState', 'string'),
  4: one('parentSpanId', 'id'),
  5: one('name', 'string'),
  6: one('kind', 'uint32'),
  7: one('startTimeUnixNano', 'fixed64'),
  8: one('endTimeUnixNano', 'fixed64'),
  9: attributes,
  10: droppedAttributesCount,
  11: many('events', () => event),
  12: one('droppedEventsCount', 'uint32'),
  13: many('links', () => link),
  14: one('droppedLinksCount', 'uint32'),
  15: one('status', () => ({ 2: one('message', 'string'), 3: one('code', 'uint32') })),
  16: one('flags', 'fixed32'),
};

// opentelemetry/proto/metrics/v1

const exemplar: Message = {
  2: one('timeUnixNano', 'fixed64'),
  3: one('asDouble', 'double'),
  4: one('spanId', 'id'),
  5: one('traceId', 'id'),
  6: one('asInt', 'sfixed64'),
  7: many('filteredAttributes', () => keyValue),
};
const startTimeUnixNano = one('startTimeUnixNano', 'fixed64');
const timeUnixNano = one('timeUnixNano', 'fixed64');
const exemplars = many('exemplars', () => exemplar);
const flags = one('flags', 'uint32');

const numberDataPoint: Message = {
  2: startTimeUnixNano,
  3: timeUnixNano,
  4: one('asDouble', 'double'),
  5: exemplars,
  6: one('asInt', 'sfixed64'),
  7: attributes,
  8: flags,
};
const histogramDataPoint: Message = {
  2: startTimeUnixNano,
  3: timeUnixNano,
  4: one('count', 'fixed64'),
  5: one('sum', 'double'),
  6: many('bucketCounts', 'fixed64'),
  7: many('explicitBounds', 'double'),
  8: exemplars,
  9: attributes,
  10: flags,
  11: one('min', 'double'),
  12: one('max', 'double'),
};
const buckets: Message = { 1: one('offset', 'sint32'), 2: many('bucketCounts', 'uint64') };
const exponentialHistogramDataPoint: Message = {
  1: attributes,
  2: startTimeUnixNano,
  3: timeUnixNano,
  4: one('count', 'fixed64'),
  5: one('sum', 'double'),
  6: one('scale', 'sint32'),
  7: one('zeroCount', 'fixed64'),
  8: one('positive', () => buckets),
  9: one('negative', () => buckets),
  10: flags,
  11: exemplars,
  12: one('min', 'double'),
  13: one('max', 'double'),
  14: one('zeroThreshold', 'double'),
};
const summaryDataPoint: Message = {
  2: startTimeUnixNano,
  3: timeUnixNano,
  4: one('count', 'fixed64'),
  5: one('sum', 'double'),
  6: many('quantileValues', () => ({ 1: one('quantile', 'double'), 2: one('value', 'double') })),
  7: attributes,
  8: flags,
};

/** What the kinds of metrics have in common. */
const data = (dataPoint: Message): Message => ({
  1: many('dataPoints', () => dataPoint),
  2: one('aggregationTemporality', 'uint32'),
  3: one('isMonotonic', 'bool'),
});
const [numbers, histogram, exponentialHistogram, summary] = [
  numberDataPoint,
  histogramDataPoint,
  exponentialHistogramDataPoint,
  summaryDataPoint,
].map(data) as [Message, Message, Message, Message];
const metric: Message = {
  1: one('name', 'string'),
  2: one('description', 'string'),
  3: one('unit', 'string'),
  5: one('gauge', () => numbers),
  7: one('sum', () => numbers),
  9: one('histogram', () => histogram),
  10: one('exponentialHistogram', () => exponentialHistogram),
  11: one('summary', () => summary),
  12: many('metadata', () => keyValue),
};

// opentelemetry/proto/logs/v1

const logRecord: Message = {
  1: timeUnixNano,
  2: one('severityNumber', 'uint32'),
  3: one('severityText', 'string'),
  5: one('body', () => anyValue),
  6: attributes,
  7: droppedAttributesCount,
  8: one('flags', 'fixed32'),
  9: one('traceId', 'id'),
  10: one('spanId', 'id'),
  11: one('observedTimeUnixNano', 'fixed64'),
  12: one('eventName', 'string'),
};

/** `Export…ServiceRequest`, which is built alike for all signals: resources, their scopes, the scopes' items. */
const request = (resources: string, scopes: string, items: string, item: Message): Message => {
  const scopeItems: Message = {
    1: one('scope', () => scope),
    2: many(items, () => item),
    3: one('schemaUrl', 'string'),
  };
  const resourceScopes: Message = {
    1: one('resource', () => resource),
    2: many(scopes, () => scopeItems),
    3: one('schemaUrl', 'string'),
  };
  return { 1: many(resources, () => resourceScopes) };
};

/** The request of each signal (opentelemetry-proto 1.7). */
export const requests = {
  traces: request('resourceSpans', 'scopeSpans', 'spans', span),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
} as const;

export type Signal = keyof typeof requests;
