import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameType, frame, readFrames } from '../../../src/export/transport/http2-frames';
import { maxExplanation, successOf } from '../../../src/export/transport/partial-success';

// What a collector answers is bounded in time and memory, whatever it sends.

const answer = (partialSuccess: object) => Buffer.from(JSON.stringify({ partialSuccess }));

test('of a JSON answer beyond 16 KB the count is still found', () => {
  const errorMessage = 'x'.repeat(20_000);
  assert.deepEqual(successOf(answer({ rejectedSpans: '7', errorMessage })), {
    kind: 'success',
    rejected: { count: 7, message: '' },
  });
});

test('of a message the beginning is kept', () => {
  const errorMessage = 'x'.repeat(5000);
  assert.deepEqual(successOf(answer({ rejectedLogRecords: 3, errorMessage })), {
    kind: 'success',
    rejected: { count: 3, message: 'x'.repeat(maxExplanation) },
  });
});

test('a flood of HTTP/2 frames is told from an answer', () => {
  const ping = frame(FrameType.ping, 0, 0, Buffer.alloc(8));
  const received = (count: number) => Buffer.concat(Array.from({ length: count }, () => ping));
  assert.equal(readFrames(received(1024))?.frames.length, 1024);
  assert.equal(readFrames(received(1025)), undefined);
});
