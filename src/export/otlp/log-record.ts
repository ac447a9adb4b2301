import type { Writer } from 'protobufjs/minimal';
import type { EmittedRecord } from '../../model/log-record';
import { writeAnyValue, writeAttributeList, writeUnixNano } from './common';
import { writeSpanId, writeTraceId } from './ids';
import { beginLong, endLong } from './long-message';
import { writeString } from './strings';

/** `message LogRecord` of `opentelemetry/proto/logs/v1/logs.proto`: field number and wire type. */
const logRecord = {
  timeUnixNano: (1 << 3) | 1,
  severityNumber: (2 << 3) | 0,
  severityText: (3 << 3) | 2,
  body: (5 << 3) | 2,
  attributes: (6 << 3) | 2,
  droppedAttributesCount: (7 << 3) | 0,
  flags: (8 << 3) | 5,
  traceId: (9 << 3) | 2,
  spanId: (10 << 3) | 2,
  observedTimeUnixNano: (11 << 3) | 1,
  eventName: (12 << 3) | 2,
} as const;

/** Writes the record as a length-delimited field with the given tag, which is one byte. */
export function writeLogRecord(writer: Writer, tag: number, record: EmittedRecord): void {
  const { context, body } = record;
  const start = beginLong(writer, tag);
  if (record.timeMillis !== undefined) writeUnixNano(writer, logRecord.timeUnixNano, record.timeMillis);
  writeUnixNano(writer, logRecord.observedTimeUnixNano, record.observedMillis);
  if (record.severityNumber > 0) writer.uint32(logRecord.severityNumber).uint32(record.severityNumber);
  if (record.severityText) writeString(writer, logRecord.severityText, record.severityText);
  if (body !== undefined) {
    writer.uint32(logRecord.body).fork();
    writeAnyValue(writer, body);
    writer.ldelim();
  }
  writeAttributeList(writer, logRecord.attributes, record.attributes);
  if (record.droppedAttributesCount > 0)
    writer.uint32(logRecord.droppedAttributesCount).uint32(record.droppedAttributesCount);
  if (context) {
    writer.uint32(logRecord.flags).fixed32(context.traceFlags & 0xff);
    writeTraceId(writer, logRecord.traceId, context);
    writeSpanId(writer, logRecord.spanId, context);
  }
  if (record.eventName) writeString(writer, logRecord.eventName, record.eventName);
  endLong(writer, start);
}
