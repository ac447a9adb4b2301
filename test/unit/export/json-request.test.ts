import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import type { Signal } from '../../../src/export/otlp/json-fields';
import { requestAsJson } from '../../../src/export/otlp/json-request';

const directory = join(__dirname, '../../node_modules/dd-trace/packages/dd-trace/src/opentelemetry/otlp');

/** The official .proto files, by another library's reflection: nothing is shared with the table that is tested. */
function requestType(signal: Signal): protobuf.Type {
  const name = { traces: 'Trace', metrics: 'Metrics', logs: 'Logs' }[signal];
  const root = protobuf.loadSync(join(directory, `${name.toLowerCase()}_service.proto`));
  const type = root.lookupType(
    `opentelemetry.proto.collector.${name.toLowerCase()}.v1.Export${name}ServiceRequest`,
  );
  root.resolveAll();
  return type;
}

/** Protobuf's JSON as the library writes it, with what OTLP has otherwise: ids in hex. */
function officialJson(type: protobuf.Type, body: Uint8Array): unknown {
  const object = type.toObject(type.decode(body), {
    longs: String,
    enums: Number,
    bytes: String,
    json: true,
  });
  return JSON.parse(JSON.stringify(object), (key, value) =>
    /^(traceId|spanId|parentSpanId)$/.test(key) ? Buffer.from(value, 'base64').toString('hex') : value,
  );
}

/** Any message of a type: each field there or not, numbers at their edges. */
function anyMessage(type: protobuf.Type, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fieldsArray) {
    const inner = field.resolvedType;
    if (inner instanceof protobuf.Type && depth > 8) continue;
    const one = inner instanceof protobuf.Type ? anyMessage(inner, depth + 1) : anyScalar(field);
    fields[field.name] = field.repeated ? fc.array(one, { maxLength: 2 }) : one;
  }
  const choices = type.oneofsArray.filter(({ oneof }) => oneof.length > 1);
  return fc.record(fields, { requiredKeys: [] }).map((message) => {
    for (const { oneof } of choices) {
      for (const name of oneof.filter((each) => each in message).slice(1)) delete message[name];
    }
    return message;
  });
}

function anyScalar({ type, resolvedType }: protobuf.Field): fc.Arbitrary<unknown> {
  if (resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.values(resolvedType.values));
  switch (type) {
    case 'string':
      return fc.string({ unit: 'grapheme' });
    case 'bool':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array({ maxLength: 16 }).map((bytes) => Buffer.from(bytes));
    case 'double':
      return fc.double();
    case 'uint32':
    case 'fixed32':
      return fc.nat(0xffffffff);
    case 'sint32':
      return fc.integer();
    case 'int64':
    case 'sfixed64':
      return long(-(2n ** 63n), 2n ** 63n - 1n, false);
    default:
      return long(0n, 2n ** 64n - 1n, true);
  }
}

const long = (min: bigint, max: bigint, unsigned: boolean) =>
  fc
    .oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n, 1n, 2n ** 53n + 1n, 2n ** 49n, 127n, 128n))
    .map((value) => (protobuf.util.Long as unknown as LongClass).fromString(String(value), unsigned));

for (const signal of ['traces', 'metrics', 'logs'] as const) {
  test(`any request of ${signal} reads as the official definitions say`, () => {
    const type = requestType(signal);
    fc.assert(
      fc.property(anyMessage(type), (message) => {
        const body = type.encode(type.fromObject(message)).finish();
        assert.deepEqual(JSON.parse(requestAsJson(signal, body)), officialJson(type, body));
      }),
      { numRuns: 200 },
    );
  });
}

describe('what JSON has in its own way', () => {
  const metric = (dataPoint: object) => ({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [dataPoint] } }] }] }],
  });
  const type = requestType('metrics');
  const json = (message: object) =>
    JSON.parse(requestAsJson('metrics', type.encode(type.fromObject(message)).finish()));

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    test(`${value}`, () =>
      assert.deepEqual(json(metric({ asDouble: value })), metric({ asDouble: `${value}` })));
  }

  test('fields that are not known are left out', () => {
    const body = protobuf.Writer.create().uint32(8002).string('later').uint32(801).fixed64(1).finish();
    assert.equal(requestAsJson('traces', body), '{}');
  });

  test('bytes that are cut off are refused', () => {
    const body = type.encode(type.fromObject(metric({ asDouble: 1 }))).finish();
    assert.throws(() => requestAsJson('metrics', body.subarray(0, -3)));
    assert.throws(() => requestAsJson('metrics', Buffer.from([0x80])));
  });
});

interface LongClass {
  fromString(text: string, unsigned: boolean): unknown;
}
