/** What a receiver answers has a handful of fields; what it adds of its own may be skipped, but not without end. */
const maxFields = 256;

/**
 * Reads the numbers and the bytes in a protobuf message, which others wrote: no more than 256 fields, so that the time is bounded whatever the length.
 *
 * @param take - called for each of them with the field's number; the bytes are those of the message
 * @throws where it is no message, and at a group, which OTLP and gRPC have none of
 */
export function readFields(
  message: Uint8Array,
  take: (field: number, value: Uint8Array | number) => void,
): void {
  const { Reader } = require('protobufjs/minimal') as typeof import('protobufjs/minimal');
  const reader = Reader.create(message);
  for (let count = 0; reader.pos < reader.len && count < maxFields; count++) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    if (wireType === 3) throw new Error('a group');
    if (wireType === 0) take(tag >>> 3, Number(reader.int64()));
    else if (wireType === 2) take(tag >>> 3, reader.bytes());
    else reader.skipType(wireType);
  }
}
