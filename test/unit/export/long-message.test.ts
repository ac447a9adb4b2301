import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from 'protobufjs/minimal';
import { beginLong, endLong, varintLength } from '../../../src/export/otlp/long-message';
import { Writer } from '../../../src/export/otlp/writer';

const tag = (2 << 3) | 2;

for (const length of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
  test(`a message of ${length} bytes has the shortest length before it, and what is around it stays`, () => {
    const content = Buffer.alloc(length, 'abc');
    const writer = Writer.create().uint32(7);
    const start = beginLong(writer, tag);
    writer.raw(content);
    endLong(writer, start);
    const bytes = writer.uint32(9).finish();

    assert.equal(bytes.length, 1 + 1 + varintLength(length) + length + 1);
    const reader = Reader.create(bytes);
    assert.equal(reader.uint32(), 7);
    assert.equal(reader.uint32(), tag);
    assert.deepEqual(Buffer.from(reader.bytes()), content);
    assert.equal(reader.uint32(), 9);
    assert.equal(reader.pos, reader.len);
  });
