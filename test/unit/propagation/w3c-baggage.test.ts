import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type BaggageEntry,
  baggageEntryMetadataFromString,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import fc from 'fast-check';
import {
  formatBaggage,
  MAX_BAGGAGE_BYTES,
  MAX_BAGGAGE_ENTRIES,
  parseBaggage,
  w3cBaggage,
} from '../../../src/sdk/propagation/w3c-baggage';

/** Entries as `[key, value]` or `[key, value, metadata]`. */
function entries(header: string): string[][] {
  const all = parseBaggage(header)?.getAllEntries() ?? [];
  return all.map(([key, { value, metadata }]) =>
    metadata ? [key, value, metadata.toString()] : [key, value],
  );
}

const format = (all: Record<string, BaggageEntry>) => formatBaggage(propagation.createBaggage(all));
const members = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',');

describe('parseBaggage', () => {
  const table: [string, string[][]][] = [
    ['a=1', [['a', '1']]],
    [
      'a=1,b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      ' a = 1 ,\tb\t=\t2 ',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a=1;p1;p2=x , b=2',
      [
        ['a', '1', 'p1;p2=x'],
        ['b', '2'],
      ],
    ],
    ['a=1 ; p = x', [['a', '1', 'p = x']]],
    ['a=', [['a', '']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a=1,a=2', [['a', '2']]],
    ['a=DF%2028%2C%3B', [['a', 'DF 28,;']]],
    ['a=%E2%82%AC', [['a', '€']]],
    ['a=%E2%82x%', [['a', '\ufffdx%']]],
    ['a=%ff%zz%4', [['a', '\ufffd%zz%4']]],
    ['a=é%ff', [['a', 'é\ufffd']]],
    ["!#$%&'*+-.^_`|~09azAZ=1", [["!#$%&'*+-.^_`|~09azAZ", '1']]],
    [
      '__proto__=1,constructor=2',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
    ['', []],
    [',,', []],
    ['a', []],
    ['=1', []],
    ['a;b=1', []],
    ['a b=1', []],
    ['a"=1', []],
    ['é=1', []],
    ['a b=1,c=2', [['c', '2']]],
  ];
  for (const [header, expected] of table) test(header, () => assert.deepEqual(entries(header), expected));

  test('reads up to the limits', () => {
    assert.equal(entries(members(MAX_BAGGAGE_ENTRIES)).length, MAX_BAGGAGE_ENTRIES);
    assert.equal(entries(members(MAX_BAGGAGE_ENTRIES + 1)).length, MAX_BAGGAGE_ENTRIES);
    assert.equal(entries(`a=${'v'.repeat(MAX_BAGGAGE_BYTES - 2)}`).length, 1);
    assert.equal(entries(`a=${'v'.repeat(MAX_BAGGAGE_BYTES - 1)}`).length, 0);
    assert.deepEqual(entries(`a=1,b=${'v'.repeat(MAX_BAGGAGE_BYTES)},c=3`), [['a', '1']]);
  });

  test('does not touch Object.prototype', () => {
    parseBaggage('__proto__=x,__proto__.polluted=1,constructor=x');
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.equal(Object.prototype.constructor, Object);
  });
});

describe('formatBaggage', () => {
  test('encodes values, keeps metadata, leaves out what would break the header', () => {
    assert.equal(format({ a: { value: 'x y,;"\\=é' } }), 'a=x%20y%2C%3B%22%5C%3D%C3%A9');
    assert.equal(
      format({ a: { value: '1', metadata: baggageEntryMetadataFromString('p;q=2') } }),
      'a=1;p;q=2',
    );
    assert.equal(format({ a: { value: '1', metadata: baggageEntryMetadataFromString('p,evil=1') } }), 'a=1');
    assert.equal(
      format({ a: { value: '1', metadata: baggageEntryMetadataFromString('p\r\nevil: 1') } }),
      'a=1',
    );
    assert.equal(
      format({ 'a b': { value: '1' }, 'c\r\n': { value: '1' }, '': { value: '1' }, d: { value: '2' } }),
      'd=2',
    );
    assert.equal(format({ a: { value: 'x\ud83dy' } }), 'a=x%EF%BF%BDy');
    assert.equal(format({ a: { value: 5 as unknown as string } }), 'a=5');
    assert.equal(
      format({ a: { value: Object.create(null) as string }, b: undefined as unknown as BaggageEntry }),
      '',
    );
  });

  test('writes up to the limits', () => {
    const many = (count: number) =>
      propagation.createBaggage(
        Object.fromEntries(
          entries(members(180))
            .slice(0, count)
            .map(([key]) => [key, { value: 'v' }]),
        ),
      );
    assert.equal(formatBaggage(many(180)), members(180));
    assert.equal(formatBaggage(many(180).setEntry('more', { value: 'v' })), members(180));
    assert.equal(format({ a: { value: 'v'.repeat(MAX_BAGGAGE_BYTES - 2) } }).length, MAX_BAGGAGE_BYTES);
    assert.equal(format({ a: { value: 'v'.repeat(MAX_BAGGAGE_BYTES - 1) }, b: { value: '1' } }), 'b=1');
  });
});

describe('the propagator', () => {
  test('passes on several headers as one', () => {
    const context = w3cBaggage.extract(ROOT_CONTEXT, { baggage: ['a=1', 'b=2;p'] }, defaultTextMapGetter);
    const sent = {};
    w3cBaggage.inject(context, sent, defaultTextMapSetter);
    assert.deepEqual(sent, { baggage: 'a=1,b=2;p' });
    assert.deepEqual(w3cBaggage.fields(), ['baggage']);
  });

  test('nothing usable leaves context and carrier as they are', () => {
    for (const baggage of [undefined, null, 1, {}, [], [1], '', 'a', ' , ']) {
      assert.equal(w3cBaggage.extract(ROOT_CONTEXT, { baggage }, defaultTextMapGetter), ROOT_CONTEXT);
    }
    const sent = {};
    w3cBaggage.inject(ROOT_CONTEXT, sent, defaultTextMapSetter);
    w3cBaggage.inject(
      propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage()),
      sent,
      defaultTextMapSetter,
    );
    assert.deepEqual(sent, {});
  });
});

describe('hostile headers', () => {
  for (const piece of ['a=1,', ',', '=', ';', ' ', '%', 'a', 'a=%ff,', 'a=;']) {
    test(`much of ${piece} takes no long time`, () => {
      const header = piece.repeat(1_000_000 / piece.length);
      const start = process.hrtime.bigint();
      parseBaggage(header);
      assert.ok(Number(process.hrtime.bigint() - start) / 1e6 < 250);
    });
  }
});

describe('properties', () => {
  const piece = fc.constantFrom(
    'a',
    '=',
    ',',
    ';',
    ' ',
    '\t',
    '%',
    '%41',
    '%ff',
    '%E2%82',
    '"',
    'é',
    '\ud83d',
    '\0',
    '__proto__',
  );
  const anyHeader = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
  );

  test('no header throws; what is written reads the same', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const once = formatBaggage(parseBaggage(header) ?? propagation.createBaggage());
        assert.equal(formatBaggage(parseBaggage(once) ?? propagation.createBaggage()), once);
      }),
      { numRuns: 2000 },
    );
  });

  test('round trip of any value', () => {
    const key = fc.stringMatching(/^[a-z][a-zA-Z0-9!#$%&'*+.^_`|~-]{0,20}$/);
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.string({ unit: 'grapheme', maxLength: 20 }), { maxKeys: 10 }),
        (values) => {
          const all = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
          assert.deepEqual(entries(format(all)), Object.entries(values));
        },
      ),
    );
  });
});
