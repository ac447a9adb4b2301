import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { renderTraces } from '../../../src/export/console/render-trace';
import { columnsOf } from '../../../src/export/console/text';
import type { SpanData } from '../../../src/model/span-data';

const startOfTime = 1_700_000_000_000_000_000n;

interface Draft {
  readonly id: number;
  readonly parent?: number;
  readonly name: string;
  readonly kind?: keyof typeof SpanKind;
  /** Start and duration in milliseconds. */
  readonly at: number;
  readonly took: number;
  readonly attributes?: Attributes;
  readonly service?: string;
  readonly error?: string;
  readonly trace?: number;
}

function span({ id, parent, name, kind = 'INTERNAL', at, took, error, trace = 1, ...rest }: Draft): SpanData {
  return {
    traceId: trace.toString(16).padStart(32, '0'),
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: parent?.toString(16).padStart(16, '0'),
    name,
    kind: SpanKind[kind],
    startTimeUnixNano: startOfTime + BigInt(Math.round(at * 1e6)),
    endTimeUnixNano: startOfTime + BigInt(Math.round((at + took) * 1e6)),
    attributes: rest.attributes ?? {},
    events: [],
    links: [],
    status:
      error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
    scope: { name: 'test' },
    resource: { 'service.name': rest.service ?? 'shop' },
  };
}

const redis = { 'server.address': 'localhost', 'server.port': 6379 };
const orders = { 'messaging.destination.name': 'orders' };
const stock = { 'http.response.status_code': 200, 'url.path': '/stock/17' };
const shop = [
  {
    id: 1,
    name: 'POST /orders',
    kind: 'SERVER',
    at: 0,
    took: 43.2,
    attributes: { 'http.response.status_code': 201 },
  },
  {
    id: 2,
    parent: 1,
    name: 'INSERT orders',
    kind: 'CLIENT',
    at: 1,
    took: 4.1,
    attributes: { 'server.address': 'db' },
  },
  {
    id: 4,
    parent: 1,
    name: 'GET',
    kind: 'CLIENT',
    at: 6,
    took: 20,
    attributes: { 'url.full': 'http://b:81/stock/17' },
  },
  {
    id: 5,
    parent: 4,
    name: 'GET /stock/:id',
    kind: 'SERVER',
    at: 8,
    took: 17,
    service: 'fulfilment',
    attributes: stock,
  },
  {
    id: 6,
    parent: 1,
    name: 'incr',
    kind: 'CLIENT',
    at: 27,
    took: 0.4,
    error: 'not a number',
    attributes: { ...redis, 'error.type': 'ERR' },
  },
  { id: 7, parent: 1, name: 'send orders', kind: 'PRODUCER', at: 30, took: 9, attributes: orders },
  {
    id: 8,
    parent: 7,
    name: 'process orders',
    kind: 'CONSUMER',
    at: 44,
    took: 12,
    service: 'fulfilment',
    attributes: orders,
  },
  { id: 9, parent: 8, name: 'UPDATE stock', kind: 'CLIENT', at: 45, took: 3, service: 'fulfilment' },
] as const satisfies readonly Draft[];

function draw(drafts: readonly Draft[], width = 80, colors = false): string {
  const text = renderTraces(drafts.map(span), { width, colors });
  const lines = withoutColors(text).split('\n');
  for (const line of lines)
    assert.ok(columnsOf(line) <= width || line.startsWith('trace '), `wider than ${width}: ${line}`);
  return text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI codes begin with one
const withoutColors = (text: string) => text.replace(/\x1b\[\d+m/g, '');

function expectText(actual: string, expected: string): void {
  assert.equal(actual, `${expected.split('\n').slice(1, -1).join('\n')}\n`);
}

test('a trace across two services, 80 columns', () => {
  expectText(
    draw(shop),
    `
trace 00000000000000000000000000000001  8 spans  56.0 ms  1 error  shop, fulfilment
POST /orders           SERVER    shop         43.2 ms  ██████████···  201
├─ INSERT orders       CLIENT                 4.10 ms  █············  db
├─ GET                 CLIENT                 20.0 ms  ·█████·······  http://b:…
│  └─ GET /stock/:id   SERVER    fulfilment   17.0 ms  ·█████·······  200 /stoc…
├─ ✗ incr              CLIENT                  400 µs  ······▏······  ERR not a…
└─ send orders         PRODUCER               9.00 ms  ······███····
   └─ process orders   CONSUMER  fulfilment   12.0 ms  ··········███
      └─ UPDATE stock  CLIENT                 3.00 ms  ··········▏··
`,
  );
});

test('a trace across two services, 120 columns', () => {
  expectText(
    draw([...shop].reverse(), 120),
    `
trace 00000000000000000000000000000001  8 spans  56.0 ms  1 error  shop, fulfilment
POST /orders           SERVER    shop         43.2 ms  █████████████████████████·······  201
├─ INSERT orders       CLIENT                 4.10 ms  ███·····························  db
├─ GET                 CLIENT                 20.0 ms  ···████████████·················  http://b:81/stock/17
│  └─ GET /stock/:id   SERVER    fulfilment   17.0 ms  ····██████████··················  200 /stock/17
├─ ✗ incr              CLIENT                  400 µs  ···············▏················  ERR not a number localhost:6379
└─ send orders         PRODUCER               9.00 ms  ·················█████··········
   └─ process orders   CONSUMER  fulfilment   12.0 ms  ·························███████
      └─ UPDATE stock  CLIENT                 3.00 ms  ·························██·····
`,
  );
});

test('several traces stand apart, in order of their start', () => {
  const text = draw([
    { id: 2, trace: 2, name: 'second', at: 5, took: 1 },
    { id: 1, trace: 1, name: 'first', at: 0, took: 1 },
  ]);
  expectText(
    text,
    `
trace 00000000000000000000000000000001  1 span  1.00 ms  shop
first           INTERNAL   1.00 ms  ████████████████████████████████████████

trace 00000000000000000000000000000002  1 span  1.00 ms  shop
second          INTERNAL   1.00 ms  ████████████████████████████████████████
`,
  );
});

test('like siblings beyond the first three become one line; a failed or different one stays', () => {
  const many = (count: number): Draft[] => [
    { id: 1, name: 'root', at: 0, took: 100 },
    ...Array.from({ length: count }, (_, index) => ({
      id: index + 2,
      parent: 1,
      name: 'get',
      at: index / 4,
      took: 1 + (index % 3),
    })),
  ];
  assert.equal(draw(many(8)).split('\n').length, 1 + 1 + 8 + 1);
  expectText(
    draw([...many(200), { id: 900, parent: 1, name: 'get', at: 60, took: 1, error: '' }]),
    `
trace 00000000000000000000000000000001  202 spans  100 ms  1 error  shop
root               INTERNAL    100 ms  ████████████████
├─ get             INTERNAL   1.00 ms  ▏···············
├─ get             INTERNAL   2.00 ms  ▏···············
├─ get             INTERNAL   3.00 ms  ▏···············
├─ … 197 more get  INTERNAL            ████████········  1.00 ms to 3.00 ms each
└─ ✗ get           INTERNAL   1.00 ms  ·········▏······
`,
  );
});

test('long names are cut, deep levels become numbers, unknown parents and skewed clocks are said', () => {
  const deep = Array.from({ length: 12 }, (_, level) => ({
    id: level + 10,
    parent: level === 0 ? 1 : level + 9,
    name: `level ${level + 1}`,
    at: 1,
    took: 1,
  }));
  expectText(
    draw([
      {
        id: 1,
        parent: 0xabc,
        name: 'GET /a/very/long/route/:that/goes/on/and/on/:for/ever',
        kind: 'SERVER',
        at: 0,
        took: 10,
      },
      ...deep,
      { id: 50, parent: 1, name: 'early', at: -2, took: 1 },
      { id: 51, parent: 1, name: 'instant', at: 3, took: 0 },
      { id: 52, parent: 1, name: 'ends before it starts', at: 5, took: -1 },
    ]),
    `
trace 00000000000000000000000000000001  16 spans  12.0 ms  shop
⋯ GET /a/very/long/route/:tha…  SERVER     10.0 ms  ··███████████  parent 00000…
├─ early                        INTERNAL   1.00 ms  █············  starts 2.00 …
├─ level 1                      INTERNAL   1.00 ms  ···█·········
│  └─ level 2                   INTERNAL   1.00 ms  ···█·········
│     └─ level 3                INTERNAL   1.00 ms  ···█·········
│        └─ level 4             INTERNAL   1.00 ms  ···█·········
│           └─ level 5          INTERNAL   1.00 ms  ···█·········
│              └─ level 6       INTERNAL   1.00 ms  ···█·········
│                 └─ level 7    INTERNAL   1.00 ms  ···█·········
               …8 └─ level 8    INTERNAL   1.00 ms  ···█·········
               …9 └─ level 9    INTERNAL   1.00 ms  ···█·········
              …10 └─ level 10   INTERNAL   1.00 ms  ···█·········
              …11 └─ level 11   INTERNAL   1.00 ms  ···█·········
              …12 └─ level 12   INTERNAL   1.00 ms  ···█·········
├─ instant                      INTERNAL      0 µs  ·····▏·······
└─ ends before it starts        INTERNAL  -1.00 ms  ·······▏·····
`,
  );
});

test('what clients send cannot steer the terminal, and wide characters keep the columns', () => {
  expectText(
    draw([
      { id: 1, name: 'clear \x1b[2J\n\u202ename', at: 0, took: 1, attributes: { 'url.full': 'http://x/\r' } },
      { id: 2, parent: 1, name: '注文 🚀', at: 0, took: 1 },
    ]),
    `
trace 00000000000000000000000000000001  2 spans  1.00 ms  shop
clear �[2J��name  INTERNAL   1.00 ms  ██████████████████████████████  http://x/�
└─ 注文 🚀        INTERNAL   1.00 ms  ██████████████████████████████
`,
  );
});

test("spans that are each other's parents are shown", () => {
  const text = draw([
    { id: 1, parent: 2, name: 'a', at: 0, took: 1 },
    { id: 2, parent: 1, name: 'b', at: 0, took: 1 },
    { id: 3, parent: 3, name: 'c', at: 0, took: 1 },
  ]);
  assert.deepEqual(text.match(/^(└─ )?[abc]\b/gm), ['a', '└─ b', 'c']);
  const twice: Draft = { id: 4, parent: 4, name: 'd', at: 0, took: 1 };
  assert.equal(draw([twice, twice]).match(/\bd\b/g)?.length, 2);
});

test('ten thousand nested spans are drawn', () => {
  const nested = Array.from({ length: 10_000 }, (_, index) => ({
    id: index + 1,
    ...(index > 0 && { parent: index }),
    name: 'x',
    at: index,
    took: 1,
  }));
  assert.equal(renderTraces(nested.map(span), { width: 80, colors: false }).split('\n').length, 10_002);
});

test('no spans, no text', () => assert.equal(draw([]), ''));

test('colours mark errors and services and change no text', () => {
  const colored = draw(shop, 100, true);
  assert.equal(withoutColors(colored).replace(/ +$/gm, ''), draw(shop, 100));
  for (const painted of ['\x1b[31m✗ incr', '\x1b[36m█', '\x1b[35m█'])
    assert.ok(colored.includes(painted), painted);
});
