import type { Writer } from 'protobufjs/minimal';
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  MetricData,
  NumberPoint,
  Temporality,
} from '../../model/metric-data';
import { writeAttributes, writeUnixNano } from './common';
import { writeSpanId, writeTraceId } from './ids';
import { writeString } from './strings';

/** `opentelemetry/proto/metrics/v1/metrics.proto`; tags as in {@link writeAttributes}' file. */
const metricMessage = {
  name: (1 << 3) | 2,
  description: (2 << 3) | 2,
  unit: (3 << 3) | 2,
  gauge: (5 << 3) | 2,
  sum: (7 << 3) | 2,
  histogram: (9 << 3) | 2,
  exponentialHistogram: (10 << 3) | 2,
} as const;
/** Of gauge, sum and both histograms, as far as they have them. */
const data = { points: (1 << 3) | 2, temporality: (2 << 3) | 0, isMonotonic: (3 << 3) | 0 } as const;
const numberPoint = {
  start: (2 << 3) | 1,
  time: (3 << 3) | 1,
  double: (4 << 3) | 1,
  exemplars: (5 << 3) | 2,
  integer: (6 << 3) | 1,
  attributes: (7 << 3) | 2,
} as const;
const histogramPoint = {
  start: (2 << 3) | 1,
  time: (3 << 3) | 1,
  count: (4 << 3) | 1,
  sum: (5 << 3) | 1,
  bucketCounts: (6 << 3) | 2,
  bounds: (7 << 3) | 2,
  exemplars: (8 << 3) | 2,
  attributes: (9 << 3) | 2,
  min: (11 << 3) | 1,
  max: (12 << 3) | 1,
} as const;
const exponentialPoint = {
  attributes: (1 << 3) | 2,
  start: (2 << 3) | 1,
  time: (3 << 3) | 1,
  count: (4 << 3) | 1,
  sum: (5 << 3) | 1,
  scale: (6 << 3) | 0,
  zeroCount: (7 << 3) | 1,
  positive: (8 << 3) | 2,
  negative: (9 << 3) | 2,
  exemplars: (11 << 3) | 2,
  min: (12 << 3) | 1,
  max: (13 << 3) | 1,
} as const;
const buckets = { offset: (1 << 3) | 0, counts: (2 << 3) | 2 } as const;
const exemplarMessage = {
  time: (2 << 3) | 1,
  double: (3 << 3) | 1,
  spanId: (4 << 3) | 2,
  traceId: (5 << 3) | 2,
  integer: (6 << 3) | 1,
  filteredAttributes: (7 << 3) | 2,
} as const;

const temporalities: Readonly<Record<Temporality, number>> = { delta: 1, cumulative: 2 };

/** Writes a metric with all its points as the embedded message of the field `tag`. */
export function writeMetric(writer: Writer, tag: number, metric: MetricData): void {
  writer.uint32(tag).fork();
  writeString(writer, metricMessage.name, metric.name);
  if (metric.description) writeString(writer, metricMessage.description, metric.description);
  if (metric.unit) writeString(writer, metricMessage.unit, metric.unit);
  writer.uint32(metricMessage[metric.type]).fork();
  writePoints(writer, metric);
  if (metric.type !== 'gauge') writer.uint32(data.temporality).uint32(temporalities[metric.temporality]);
  if (metric.type === 'sum' && metric.isMonotonic) writer.uint32(data.isMonotonic).bool(true);
  writer.ldelim().ldelim();
}

function writePoints(writer: Writer, metric: MetricData): void {
  switch (metric.type) {
    case 'sum':
    case 'gauge':
      for (const point of metric.points) writeNumberPoint(writer, point, metric.isInteger);
      break;
    case 'histogram':
      for (const point of metric.points) writeHistogramPoint(writer, point);
      break;
    case 'exponentialHistogram':
      for (const point of metric.points) writeExponentialPoint(writer, point);
  }
}

function writeNumberPoint(writer: Writer, point: NumberPoint, isInteger: boolean): void {
  writer.uint32(data.points).fork();
  writeUnixNano(writer, numberPoint.start, point.startMillis);
  writeUnixNano(writer, numberPoint.time, point.timeMillis);
  writeValue(writer, numberPoint, point.value, isInteger);
  for (const exemplar of point.exemplars) writeExemplar(writer, numberPoint.exemplars, exemplar, isInteger);
  writeAttributes(writer, numberPoint.attributes, point.attributes);
  writer.ldelim();
}

function writeHistogramPoint(writer: Writer, point: HistogramPoint): void {
  writer.uint32(data.points).fork();
  writeUnixNano(writer, histogramPoint.start, point.startMillis);
  writeUnixNano(writer, histogramPoint.time, point.timeMillis);
  writeDistribution(writer, histogramPoint, point);
  const { bucketCounts, boundaries } = point;
  writer.uint32(histogramPoint.bucketCounts).uint32(bucketCounts.length * 8);
  for (let i = 0; i < bucketCounts.length; i++) writeFixed64(writer, bucketCounts[i]!);
  if (boundaries.length > 0) {
    writer.uint32(histogramPoint.bounds).uint32(boundaries.length * 8);
    for (let i = 0; i < boundaries.length; i++) writer.double(boundaries[i]!);
  }
  for (const exemplar of point.exemplars) writeExemplar(writer, histogramPoint.exemplars, exemplar, false);
  writeAttributes(writer, histogramPoint.attributes, point.attributes);
  writer.ldelim();
}

function writeExponentialPoint(writer: Writer, point: ExponentialHistogramPoint): void {
  writer.uint32(data.points).fork();
  writeAttributes(writer, exponentialPoint.attributes, point.attributes);
  writeUnixNano(writer, exponentialPoint.start, point.startMillis);
  writeUnixNano(writer, exponentialPoint.time, point.timeMillis);
  writeDistribution(writer, exponentialPoint, point);
  writer.uint32(exponentialPoint.scale).sint32(point.scale);
  if (point.zeroCount > 0) writeFixed64(writer.uint32(exponentialPoint.zeroCount), point.zeroCount);
  writeBuckets(writer, exponentialPoint.positive, point.positive);
  writeBuckets(writer, exponentialPoint.negative, point.negative);
  for (const exemplar of point.exemplars) writeExemplar(writer, exponentialPoint.exemplars, exemplar, false);
  writer.ldelim();
}

function writeDistribution(
  writer: Writer,
  tags: Readonly<Record<'count' | 'sum' | 'min' | 'max', number>>,
  { count, sum, min, max }: HistogramPoint | ExponentialHistogramPoint,
): void {
  writeFixed64(writer.uint32(tags.count), count);
  if (sum !== undefined) writer.uint32(tags.sum).double(sum);
  if (min !== undefined) writer.uint32(tags.min).double(min);
  if (max !== undefined) writer.uint32(tags.max).double(max);
}

function writeBuckets(writer: Writer, tag: number, { offset, counts }: ExponentialBuckets): void {
  if (counts.length === 0) return;
  writer.uint32(tag).fork().uint32(buckets.offset).sint32(offset).uint32(buckets.counts).fork();
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count <= 0xffffffff) writer.uint32(count);
    else writer.uint64(count);
  }
  writer.ldelim().ldelim();
}

function writeExemplar(writer: Writer, tag: number, exemplar: Exemplar, isInteger: boolean): void {
  writer.uint32(tag).fork();
  writeUnixNano(writer, exemplarMessage.time, exemplar.timeMillis);
  writeValue(writer, exemplarMessage, exemplar.value, isInteger);
  if (exemplar.span !== undefined) {
    writeSpanId(writer, exemplarMessage.spanId, exemplar.span);
    writeTraceId(writer, exemplarMessage.traceId, exemplar.span);
  }
  writeAttributes(writer, exemplarMessage.filteredAttributes, exemplar.filteredAttributes);
  writer.ldelim();
}

function writeValue(
  writer: Writer,
  tags: Readonly<Record<'double' | 'integer', number>>,
  value: number,
  isInteger: boolean,
): void {
  if (isInteger) writeFixed64(writer.uint32(tags.integer), value);
  else writer.uint32(tags.double).double(value);
}

/** The Writer's own `fixed64` and `sfixed64` round a Number; two halves are exact for every safe integer, negative ones too. */
function writeFixed64(writer: Writer, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  writer.fixed32((value - high * 2 ** 32) >>> 0).fixed32(high >>> 0);
}
