import type { Writer as ProtobufWriter } from 'protobufjs/minimal';

/**
 * The Writer of protobufjs without what else is in `protobufjs/minimal`: its Reader, RPC, and the package `long`, which no number of ours needs.
 * Every worker thread with a span would compile them.
 */
export const Writer = require('protobufjs/src/writer') as typeof ProtobufWriter & {
  _configure(bufferWriter: unknown): void;
};
export type Writer = ProtobufWriter;

// As `protobufjs/minimal` does: where there are Buffers, it writes them.
Writer._configure(require('protobufjs/src/writer_buffer'));
