import type { SpanContext } from '@opentelemetry/api';
import type { Writer } from 'protobufjs/minimal';
import type { EndedSpan, EndedSpanEvent, EndedSpanLink } from '../../model/ended-span';
import { writeAttributeList, writeAttributes, writeUnixNano } from './common';
import { writeSpanId, writeTraceId } from './ids';
import { beginLong, endLong } from './long-message';
import { writeString } from './strings';

/** `message Span` of `opentelemetry/proto/trace/v1/trace.proto`: field number and wire type. */
const span = {
  traceId: (1 << 3) | 2,
  spanId: (2 << 3) | 2,
  traceState: (3 << 3) | 2,
  parentSpanId: (4 << 3) | 2,
  name: (5 << 3) | 2,
  kind: (6 << 3) | 0,
  startTimeUnixNano: (7 << 3) | 1,
  endTimeUnixNano: (8 << 3) | 1,
  attributes: (9 << 3) | 2,
  droppedAttributesCount: (10 << 3) | 0,
  events: (11 << 3) | 2,
  droppedEventsCount: (12 << 3) | 0,
  links: (13 << 3) | 2,
  droppedLinksCount: (14 << 3) | 0,
  status: (15 << 3) | 2,
  flags: (16 << 3) | 5,
} as const;
const event = {
  timeUnixNano: (1 << 3) | 1,
  name: (2 << 3) | 2,
  attributes: (3 << 3) | 2,
  droppedAttributesCount: (4 << 3) | 0,
} as const;
const link = {
  traceId: (1 << 3) | 2,
  spanId: (2 << 3) | 2,
  traceState: (3 << 3) | 2,
  attributes: (4 << 3) | 2,
  droppedAttributesCount: (5 << 3) | 0,
  flags: (6 << 3) | 5,
} as const;
const status = { message: (2 << 3) | 2, code: (3 << 3) | 0 } as const;

/** Bits of `flags` that say whether the parent (of a span) or the context (of a link) came from another process. */
const hasIsRemote = 0x100;
const isRemote = 0x200;

/** Writes the span as a length-delimited field with the given tag, which is one byte. */
export function writeSpan(writer: Writer, tag: number, ended: EndedSpan): void {
  const { context, parent } = ended;
  const start = beginLong(writer, tag);
  writeTraceId(writer, span.traceId, context);
  writeSpanId(writer, span.spanId, context);
  writeTraceState(writer, span.traceState, context);
  if (parent) writeSpanId(writer, span.parentSpanId, parent);
  writeString(writer, span.name, ended.name);
  writer.uint32(span.kind).uint32(ended.kind + 1);
  writeTimes(writer, ended);
  writeAttributeList(writer, span.attributes, ended.attributes);
  writeCount(writer, span.droppedAttributesCount, ended.droppedAttributesCount);
  for (const item of ended.events) writeEvent(writer, item);
  writeCount(writer, span.droppedEventsCount, ended.droppedEventsCount);
  for (const item of ended.links) writeLink(writer, item);
  writeCount(writer, span.droppedLinksCount, ended.droppedLinksCount);
  if (ended.status.code !== 0) {
    writer.uint32(span.status).fork();
    if (ended.status.message) writeString(writer, status.message, ended.status.message);
    writer.uint32(status.code).uint32(ended.status.code).ldelim();
  }
  writer.uint32(span.flags).fixed32(flagsOf(context.traceFlags, parent));
  endLong(writer, start);
}

/** By itself, since V8 makes an object of every number with a fraction that it passes to a function it has not inlined. */
function writeTimes(writer: Writer, { startMillis, endMillis }: EndedSpan): void {
  writeUnixNano(writer, span.startTimeUnixNano, startMillis);
  writeUnixNano(writer, span.endTimeUnixNano, endMillis);
}

function writeEvent(
  writer: Writer,
  { timeMillis, name, attributes, droppedAttributesCount }: EndedSpanEvent,
): void {
  writer.uint32(span.events).fork();
  writeUnixNano(writer, event.timeUnixNano, timeMillis);
  writeString(writer, event.name, name);
  writeAttributes(writer, event.attributes, attributes);
  writeCount(writer, event.droppedAttributesCount, droppedAttributesCount);
  writer.ldelim();
}

function writeLink(writer: Writer, { context, attributes, droppedAttributesCount }: EndedSpanLink): void {
  writer.uint32(span.links).fork();
  writeTraceId(writer, link.traceId, context);
  writeSpanId(writer, link.spanId, context);
  writeTraceState(writer, link.traceState, context);
  writeAttributes(writer, link.attributes, attributes);
  writeCount(writer, link.droppedAttributesCount, droppedAttributesCount);
  writer.uint32(link.flags).fixed32(flagsOf(context.traceFlags, context));
  writer.ldelim();
}

function flagsOf(traceFlags: number, origin: SpanContext | undefined): number {
  return (traceFlags & 0xff) | hasIsRemote | (origin?.isRemote ? isRemote : 0);
}

function writeTraceState(writer: Writer, tag: number, { traceState }: SpanContext): void {
  if (traceState === undefined) return;
  try {
    const serialized = traceState.serialize();
    if (serialized) writeString(writer, tag, serialized);
  } catch {
    // A program can bring its own trace state; one that fails must not leave the request half written.
  }
}

function writeCount(writer: Writer, tag: number, count: number): void {
  if (count > 0) writer.uint32(tag).uint32(count);
}
