import type { Attributes } from '@opentelemetry/api';
import protobuf from 'protobufjs';
import {
  attributes,
  bytes,
  id,
  list,
  loadProto,
  type Message,
  message,
  nanos,
  refuseUnknownFields,
  text,
} from './decode';

/** A metric as it came over the wire, in one request. */
export interface DecodedMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram';
  /** Of gauges: undefined. */
  readonly temporality: 'delta' | 'cumulative' | undefined;
  readonly isMonotonic: boolean;
  readonly points: readonly DecodedPoint[];
  readonly scope: { readonly name: string; readonly version: string; readonly schemaUrl: string };
  readonly resource: Attributes;
}

/** A data point; what its kind does not have is missing. */
export interface DecodedPoint {
  readonly attributes: Attributes;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  /** An integer (`as_int`) is a bigint. */
  readonly value?: number | bigint;
  readonly count?: number;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly explicitBounds?: readonly number[];
  readonly bucketCounts?: readonly number[];
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly positive?: DecodedBuckets;
  readonly negative?: DecodedBuckets;
  readonly exemplars: readonly DecodedExemplar[];
}

export interface DecodedBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

export interface DecodedExemplar {
  readonly value: number | bigint;
  readonly timeUnixNano: bigint;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly filteredAttributes: Attributes;
}

/**
 * Decodes an ExportMetricsServiceRequest by the official .proto files, as strictly as spans are decoded.
 *
 * @throws also on what the data model forbids: a series twice, buckets that do not fit their bounds or their count, times in the wrong order.
 */
export function decodeMetrics(body: Uint8Array): DecodedMetric[] {
  const reader = protobuf.Reader.create(body) as protobuf.Reader & { discardUnknown: boolean };
  reader.discardUnknown = false;
  requestType ??= loadProto('metrics_service.proto').lookupType(
    'opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest',
  );
  const request = requestType.decode(reader);
  refuseUnknownFields(request, 'ExportMetricsServiceRequest');
  return list(request as unknown as Message, 'resourceMetrics').flatMap((resourceMetrics) => {
    const resource = attributes(message(resourceMetrics, 'resource'));
    return list(resourceMetrics, 'scopeMetrics').flatMap((scopeMetrics) => {
      const scope = message(scopeMetrics, 'scope');
      const schemaUrl = text(scopeMetrics, 'schemaUrl');
      return list(scopeMetrics, 'metrics').map((metric) => ({
        ...decodeMetric(metric),
        scope: { name: text(scope, 'name'), version: text(scope, 'version'), schemaUrl },
        resource,
      }));
    });
  });
}

let requestType: protobuf.Type | undefined;

const temporalities = [undefined, 'delta', 'cumulative'] as const;

function decodeMetric(metric: Message): Omit<DecodedMetric, 'scope' | 'resource'> {
  const name = text(metric, 'name');
  const type = metric.data as DecodedMetric['type'] | undefined;
  if (!type) throw new Error(`metric ${name}: no data`);
  const data = message(metric, type);
  const points = list(data, 'dataPoints').map(
    {
      gauge: decodeNumber,
      sum: decodeNumber,
      histogram: decodeHistogram,
      exponentialHistogram: decodeExponential,
    }[type],
  );
  if (points.length === 0) throw new Error(`metric ${name}: no points`);
  refuseRepeated(name, points);
  const temporality = temporalities[Number(data.aggregationTemporality ?? 0)];
  if ((temporality === undefined) !== (type === 'gauge'))
    throw new Error(`metric ${name}: temporality ${temporality}`);
  return {
    name,
    description: text(metric, 'description'),
    unit: text(metric, 'unit'),
    type,
    temporality,
    isMonotonic: data.isMonotonic === true,
    points,
  };
}

function refuseRepeated(name: string, points: readonly DecodedPoint[]): void {
  const seen = new Set<string>();
  for (const point of points) {
    const key = JSON.stringify(Object.entries(point.attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (seen.has(key)) throw new Error(`metric ${name}: the series ${key} is there twice`);
    seen.add(key);
  }
}

function identity(
  point: Message,
): Pick<DecodedPoint, 'attributes' | 'startTimeUnixNano' | 'timeUnixNano' | 'exemplars'> {
  const startTimeUnixNano = nanos(point, 'startTimeUnixNano');
  const timeUnixNano = nanos(point, 'timeUnixNano');
  if (startTimeUnixNano > timeUnixNano)
    throw new Error(`a point ends ${startTimeUnixNano - timeUnixNano} ns before it starts`);
  return {
    attributes: attributes(point),
    startTimeUnixNano,
    timeUnixNano,
    exemplars: list(point, 'exemplars').map(decodeExemplar),
  };
}

function decodeNumber(point: Message): DecodedPoint {
  return { ...identity(point), value: numberOf(point) };
}

function decodeHistogram(point: Message): DecodedPoint {
  const distribution = decodeDistribution(point);
  const explicitBounds = (point.explicitBounds as number[] | undefined) ?? [];
  const bucketCounts = integers(point, 'bucketCounts');
  if (bucketCounts.length !== explicitBounds.length + 1)
    throw new Error(`${bucketCounts.length} buckets with ${explicitBounds.length} bounds`);
  if (sumOf(bucketCounts) !== distribution.count)
    throw new Error(`buckets hold ${sumOf(bucketCounts)} of ${distribution.count}`);
  return { ...distribution, explicitBounds: [...explicitBounds], bucketCounts };
}

function decodeExponential(point: Message): DecodedPoint {
  const distribution = decodeDistribution(point);
  const zeroCount = Number(point.zeroCount ?? 0);
  const positive = decodeBuckets(message(point, 'positive'));
  const negative = decodeBuckets(message(point, 'negative'));
  const counted = zeroCount + sumOf(positive.bucketCounts) + sumOf(negative.bucketCounts);
  if (counted !== distribution.count) throw new Error(`buckets hold ${counted} of ${distribution.count}`);
  return { ...distribution, scale: Number(point.scale ?? 0), zeroCount, positive, negative };
}

function decodeBuckets(buckets: Message): DecodedBuckets {
  return { offset: Number(buckets.offset ?? 0), bucketCounts: integers(buckets, 'bucketCounts') };
}

function decodeDistribution(point: Message): DecodedPoint & { count: number } {
  // `sum`, `min` and `max` are optional: protobufjs reads those that are missing as null.
  const optional = (field: string) => (Object.hasOwn(point, field) ? (point[field] as number) : undefined);
  return {
    ...identity(point),
    count: Number(point.count ?? 0),
    sum: optional('sum'),
    min: optional('min'),
    max: optional('max'),
  };
}

function decodeExemplar(exemplar: Message): DecodedExemplar {
  const has = (field: string) => bytes(exemplar, field).length > 0;
  return {
    value: numberOf(exemplar),
    timeUnixNano: nanos(exemplar, 'timeUnixNano'),
    traceId: has('traceId') ? id(exemplar, 'traceId', 16) : undefined,
    spanId: has('spanId') ? id(exemplar, 'spanId', 8) : undefined,
    filteredAttributes: attributes({ attributes: list(exemplar, 'filteredAttributes') }),
  };
}

function numberOf(owner: Message): number | bigint {
  if (owner.value === 'asInt') return BigInt(String(owner.asInt));
  if (owner.value === 'asDouble') return owner.asDouble as number;
  throw new Error('a point without a value');
}

const integers = (owner: Message, field: string) =>
  ((owner[field] as unknown[] | undefined) ?? []).map(Number);
const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
