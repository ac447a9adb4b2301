import type { Attributes } from '@opentelemetry/api';
import protobuf from 'protobufjs';
import {
  anyValue,
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

/** A log record as it came over the wire. */
export interface DecodedRecord {
  /** 0: not said. */
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  /** `undefined`: none. */
  readonly body: unknown;
  readonly eventName: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  /** '' outside every span. */
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
  readonly scope: { readonly name: string; readonly version: string };
  readonly resource: Attributes;
}

/** Decodes an ExportLogsServiceRequest by the official .proto files, as strictly as spans are decoded. */
export function decodeLogs(body: Uint8Array): DecodedRecord[] {
  const reader = protobuf.Reader.create(body) as protobuf.Reader & { discardUnknown: boolean };
  reader.discardUnknown = false;
  requestType ??= loadProto('logs_service.proto').lookupType(
    'opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest',
  );
  const request = requestType.decode(reader);
  refuseUnknownFields(request, 'ExportLogsServiceRequest');
  return list(request as unknown as Message, 'resourceLogs').flatMap((resourceLogs) => {
    const resource = attributes(message(resourceLogs, 'resource'));
    return list(resourceLogs, 'scopeLogs').flatMap((scopeLogs) => {
      const scope = message(scopeLogs, 'scope');
      return list(scopeLogs, 'logRecords').map((record) => ({
        ...decodeRecord(record),
        scope: { name: text(scope, 'name'), version: text(scope, 'version') },
        resource,
      }));
    });
  });
}

let requestType: protobuf.Type | undefined;

function decodeRecord(record: Message): Omit<DecodedRecord, 'scope' | 'resource'> {
  const hasTime = String(record.timeUnixNano ?? 0) !== '0';
  const hasSpan = bytes(record, 'traceId').length + bytes(record, 'spanId').length > 0;
  const severityNumber = Number(record.severityNumber ?? 0);
  if (severityNumber < 0 || severityNumber > 24) throw new Error(`severity number ${severityNumber}`);
  return {
    timeUnixNano: hasTime ? nanos(record, 'timeUnixNano') : 0n,
    observedTimeUnixNano: nanos(record, 'observedTimeUnixNano'),
    severityNumber,
    severityText: text(record, 'severityText'),
    body: record.body ? anyValue(message(record, 'body'), 'body') : undefined,
    eventName: text(record, 'eventName'),
    attributes: attributes(record),
    droppedAttributesCount: Number(record.droppedAttributesCount ?? 0),
    traceId: hasSpan ? id(record, 'traceId', 16) : '',
    spanId: hasSpan ? id(record, 'spanId', 8) : '',
    flags: Number(record.flags ?? 0),
  };
}
