import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Writer } from 'protobufjs/minimal';
import { splitRequest } from '../../../src/export/split';
import { decodeTraces } from '../../harness/decode';

/** Resources, each with scopes, each with the names of its spans. */
type Request = readonly (readonly (readonly string[])[])[];

function encode(request: Request): Uint8Array {
  const writer = Writer.create();
  request.forEach((scopes, resource) => {
    writer.uint32(10).fork();
    writer.uint32(10).fork().uint32(10).fork();
    writer.uint32(10).string('resource').uint32(18).fork().uint32(10).string(String(resource)).ldelim();
    writer.ldelim().ldelim();
    scopes.forEach((spans, scope) => {
      writer.uint32(18).fork();
      writer.uint32(10).fork().uint32(10).string(`scope ${scope}`).ldelim();
      for (const name of spans) {
        writer.uint32(18).fork();
        writer.uint32(10).bytes(new Uint8Array(16).fill(1)).uint32(18).bytes(new Uint8Array(8).fill(1));
        writer.uint32(42).string(name).uint32(48).uint32(1).uint32(57).fixed64(1).uint32(65).fixed64(2);
        writer.ldelim();
      }
      // schema_url comes after the items.
      writer.uint32(26).string('https://example.com/schema').ldelim();
    });
    writer.ldelim();
  });
  return writer.finish();
}

/** Spans with what they belong to, in order. */
const read = (body: Uint8Array) =>
  decodeTraces(body).map(({ name, scope, resource }) => ({ name, scope, resource }));

describe('halves of a request', () => {
  test('hold all items, in order, each with its resource and scope', () => {
    const body = encode([[['a', 'b'], ['c']], [['d', 'e']]]);
    const [first, second] = splitRequest(body)!;
    assert.deepEqual([first.count, second.count], [3, 2]);
    assert.deepEqual(
      read(first.body).map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    assert.deepEqual([...read(first.body), ...read(second.body)], read(body));
  });

  test('have no empty envelopes', () => {
    const [first, second] = splitRequest(encode([[['a']], [['b']]]))!;
    assert.deepEqual(first.body, encode([[['a']]]));
    assert.ok(second.body.length <= first.body.length + 1);
  });

  for (const request of [[], [[]], [[[]]], [[['only']]]]) {
    test(`there are none of ${JSON.stringify(request)}`, () =>
      assert.equal(splitRequest(encode(request)), undefined));
  }

  test('whatever the request', () => {
    const requests = fc.array(
      fc.array(fc.array(fc.string({ maxLength: 300 }), { maxLength: 5 }), { maxLength: 3 }),
      {
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(requests, (request) => {
        const body = encode(request);
        const all = read(body);
        const halves = splitRequest(body);
        if (all.length < 2) return assert.equal(halves, undefined);
        assert.deepEqual(
          halves!.flatMap((half) => read(half.body)),
          all,
        );
        assert.ok(Math.abs(halves![0].count - halves![1].count) <= 1);
      }),
      { numRuns: 300 },
    );
  });

  for (const [title, bytes] of [
    ['a length beyond the end', [10, 5, 1]],
    ['a varint without an end', [10, 255]],
    ['an unknown wire type', [15, 1]],
  ] as const) {
    test(`${title} is an error`, () => assert.throws(() => splitRequest(Uint8Array.from(bytes)), RangeError));
  }
});
