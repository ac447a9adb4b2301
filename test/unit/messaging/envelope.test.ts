import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addEnvelope, maxEnvelopeBytes, readEnvelope } from '../../../src/kit/messaging/envelope';
import { findMember } from '../../../src/kit/messaging/json-scan';

const fields = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', baggage: 'a=1' };
const otel = `"otel":${JSON.stringify(fields)}`;

/** JSON as people and programs write it: with spaces, escapes, repeated keys and numbers that JavaScript cannot hold. */
const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const number = fc.constantFrom('1.0', '12345678901234567890', '-0', '1e400', '0.1E-7', '7');
const string = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u007b\\"\\\\"', '"metadata"', '"otel"', '"}],{"', '"\\ud800"'),
);
const key = fc.oneof(string, fc.constantFrom('"metadata"', '"meta\\u0064ata"', '"data"', '"__proto__"'));
const { value: json } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    string,
    fc.constantFrom('null', 'true', 'false'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    tie('object'),
  ),
  object: fc
    .tuple(fc.array(fc.tuple(space, key, space, tie('value'), space), { maxLength: 4 }), space)
    .map(
      ([members, end]) =>
        `{${members.map(([a, name, b, value, c]) => `${a}${name}${b}:${b}${value}${c}`).join(',')}${end}}`,
    ),
}));

describe('addEnvelope', () => {
  const cases: [what: string, body: string, plain: string | undefined, wrapped: string | undefined][] = [
    ['metadata', '{"a":1.0,"metadata":{"b":2}}', `{"a":1.0,"metadata":{${otel},"b":2}}`, undefined],
    ['empty metadata', '{"metadata": { }}', `{"metadata": {${otel} }}`, undefined],
    ['escaped key', '{"meta\\u0064ata":{}}', `{"meta\\u0064ata":{${otel}}}`, undefined],
    [
      'repeated key',
      '{"metadata":{"a":1},"metadata":{}}',
      `{"metadata":{"a":1},"metadata":{${otel}}}`,
      undefined,
    ],
    [
      'nested decoy',
      '{"a":{"metadata":{}},"metadata":{}}',
      `{"a":{"metadata":{}},"metadata":{${otel}}}`,
      undefined,
    ],
    ['otel of its own', '{"metadata":{"otel":1}}', undefined, undefined],
    [
      'metadata that is no object',
      '{"metadata":[1]}',
      undefined,
      `{"data":{"metadata":[1]},"metadata":{${otel}}}`,
    ],
    ['no metadata', '{"a":1e400}', undefined, `{"data":{"a":1e400},"metadata":{${otel}}}`],
    ['array', '[12345678901234567890]', undefined, `{"data":[12345678901234567890],"metadata":{${otel}}}`],
    ['null', 'null', undefined, `{"data":null,"metadata":{${otel}}}`],
    ['text', 'text', undefined, undefined],
    ['broken JSON', '{"metadata":{}', undefined, undefined],
    ['empty', '', undefined, undefined],
    ['byte order mark', '\ufeff{"metadata":{}}', undefined, undefined],
  ];
  for (const [what, body, plain, wrapped] of cases) {
    test(what, () => {
      assert.equal(addEnvelope(body, fields, 'none'), undefined);
      assert.equal(addEnvelope(body, fields, 'metadata.otel'), plain);
      assert.equal(addEnvelope(body, fields, 'metadata.otel+wrap'), plain ?? wrapped);
      const bytes = Buffer.from(body);
      const result = addEnvelope(bytes, fields, 'metadata.otel+wrap');
      assert.deepEqual(result, plain || wrapped ? Buffer.from((plain ?? wrapped)!) : undefined);
      assert.equal(String(bytes), body, 'the body given is not changed');
    });
  }

  test('leaves tombstones, objects and bytes that are no text', () => {
    for (const body of [null, undefined, {}, 7, Buffer.from([0x5b, 0xff, 0x5d])]) {
      assert.equal(addEnvelope(body, fields, 'metadata.otel+wrap'), undefined);
    }
  });

  test('takes what fits into 64 KiB afterwards, and nothing larger', () => {
    const added = addEnvelope('{"metadata":{},"a":""}', fields, 'metadata.otel')!.length;
    const fits = `{"metadata":{},"a":"${'x'.repeat(maxEnvelopeBytes - added)}"}`;
    const enveloped = addEnvelope(fits, fields, 'metadata.otel')!;
    assert.equal(enveloped.length, maxEnvelopeBytes);
    assert.deepEqual(readEnvelope(enveloped), fields);
    assert.equal(addEnvelope(fits.replace('x', 'xx'), fields, 'metadata.otel'), undefined);
    assert.equal(addEnvelope(fits.replace('xx', 'é').replace('x', 'xx'), fields, 'metadata.otel'), undefined);
  });

  test('keeps every character of any JSON, and what is read equals what was written', () => {
    fc.assert(
      fc.property(json, (body) => {
        const result = addEnvelope(body, fields, 'metadata.otel+wrap') as string | undefined;
        const { metadata } = Object(JSON.parse(body)) as { metadata?: object };
        if (metadata && Object.hasOwn(metadata, 'otel')) return result === undefined;
        assert.ok(result !== undefined);
        assert.deepEqual(readEnvelope(result), fields);
        const rest = result.startsWith(`{"data":${body},`)
          ? body
          : result.replace(new RegExp(`${escaped(otel)},?`), '');
        assert.equal(rest, body);
        return true;
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readEnvelope', () => {
  const enveloped = `{"metadata":{${otel}}}`;

  test('reads text and bytes', () => {
    assert.deepEqual(readEnvelope(enveloped), fields);
    assert.deepEqual(readEnvelope(Buffer.from(enveloped)), fields);
    assert.deepEqual(readEnvelope(new Uint8Array(Buffer.from(enveloped))), fields);
  });

  test('takes only strings from an object', () => {
    assert.deepEqual(readEnvelope('{"metadata":{"otel":{"traceparent":"x","baggage":1}}}'), {
      traceparent: 'x',
    });
    for (const other of [
      '{"otel":{"traceparent":"x"}}',
      '{"metadata":{"otel":"x"}}',
      '{"metadata":{"otel":{}}}',
      '{"otel"',
    ]) {
      assert.equal(readEnvelope(other), undefined);
    }
  });

  test('reads 64 KiB and not one byte more; nothing that starts otherwise', () => {
    const padded = (bytes: number) => enveloped + ' '.repeat(bytes - enveloped.length);
    for (const wrap of [String, Buffer.from] as ((text: string) => unknown)[]) {
      assert.deepEqual(readEnvelope(wrap(padded(maxEnvelopeBytes))), fields);
      assert.equal(readEnvelope(wrap(padded(maxEnvelopeBytes + 1))), undefined);
      assert.equal(readEnvelope(wrap(` ${enveloped}`)), undefined);
    }
    for (const other of [null, undefined, 7, {}, '', Buffer.alloc(0)])
      assert.equal(readEnvelope(other), undefined);
  });
});

test('findMember says where the value begins that JSON.parse takes', () => {
  fc.assert(
    fc.property(json, fc.constantFrom('metadata', 'data', 'otel'), (text, name) => {
      const parsed = JSON.parse(text) as Record<string, unknown> | null;
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return;
      const at = findMember(text, name);
      if (!Object.hasOwn(parsed, name)) return assert.equal(at, -1);
      const value = JSON.stringify(parsed[name]);
      const found = [...endsOf(text, at)].some(
        (end) => JSON.stringify(tryParse(text.slice(at, end))) === value,
      );
      assert.ok(found, `${text} at ${at}`);
    }),
    { numRuns: 1000 },
  );
});

function* endsOf(text: string, start: number) {
  for (let end = start + 1; end <= text.length; end++) yield end;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
