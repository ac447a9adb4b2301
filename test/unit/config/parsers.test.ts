import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  boolean,
  endpoint,
  entityList,
  headerPatterns,
  headers,
  integer,
  list,
  MAX_TIMER_MILLIS,
  oneOf,
  type Parser,
  ratio,
  resourceAttributes,
  serviceMapping,
  signalUrl,
  someOf,
  timeoutMillis,
  urlPatterns,
} from '../../../src/config/parsers';
import { setting } from '../../../src/config/settings/setting';

const REFUSED = Symbol('refused');

/** Each row: a text and its value; REFUSED: no value, and a problem that says so. */
function accepts(name: string, parser: Parser<unknown>, rows: [text: string, value: unknown][]): void {
  test(name, async (t) => {
    for (const [text, value] of rows) {
      await t.test(JSON.stringify(text), () => {
        const parsed = parser.parse(text);
        if (value === REFUSED) {
          assert.equal(parsed.value, undefined);
          assert.match(parsed.problem ?? '', /^expected .+, got /);
        } else {
          assert.equal(parsed.problem, undefined);
          const plain =
            typeof parsed.value === 'object' && !Array.isArray(parsed.value)
              ? { ...parsed.value }
              : parsed.value;
          assert.deepEqual(plain, value);
        }
      });
    }
  });
}

/** Each row: a text of which only a part was usable. */
function saves(
  name: string,
  parser: Parser<unknown>,
  rows: [text: string, value: unknown, problem: string][],
): void {
  test(name, async (t) => {
    for (const [text, value, problem] of rows) {
      await t.test(JSON.stringify(text), () => {
        const parsed = parser.parse(text);
        assert.deepEqual(parsed.value, value);
        assert.equal(parsed.problem, problem);
      });
    }
  });
}

const map = (entries: object) => Object.assign(Object.create(null), entries);

accepts('boolean', boolean, [
  ['true', true],
  ['TRUE', true],
  ['False', false],
]);
saves('boolean: anything else is false', boolean, [
  ['1', false, 'expected true or false, got "1"'],
  ['yes', false, 'expected true or false, got "yes"'],
]);

accepts('non-negative integer', integer(0), [
  ['0', 0],
  ['-1', REFUSED],
  ['007', 7],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['9007199254740992', REFUSED],
  ['1.5', REFUSED],
  ['1e3', REFUSED],
  ['0x10', REFUSED],
  ['10s', REFUSED],
  ['1 000', REFUSED],
]);
accepts('positive integer', integer(1), [
  ['1', 1],
  ['0', REFUSED],
]);
accepts('timeout', timeoutMillis, [
  ['0', MAX_TIMER_MILLIS],
  ['1', 1],
  ['2147483647', 2147483647],
  ['2147483648', REFUSED],
]);
accepts('ratio', ratio, [
  ['0', 0],
  ['1', 1],
  ['1.', 1],
  ['.25', 0.25],
  ['1e-3', 0.001],
  ['1.0000001', REFUSED],
  ['-0.1', REFUSED],
  ['50%', REFUSED],
  ['.', REFUSED],
  ['NaN', REFUSED],
]);
accepts('one of several names', oneOf(['http/protobuf', 'grpc']), [
  ['GRPC', 'grpc'],
  ['http/protobuf', 'http/protobuf'],
  ['http/json', REFUSED],
  ['constructor', REFUSED],
]);
accepts('some of several names', someOf(['otlp', 'console']), [
  ['otlp', ['otlp']],
  [' Console , OTLP,otlp,', ['console', 'otlp']],
  ['none', []],
  ['zipkin', REFUSED],
  [',', REFUSED],
]);
saves('some of several names, in part', someOf(['otlp', 'console']), [
  ['console,zipkin', ['console'], 'expected a list of otlp, console or none, got "zipkin"'],
  ['otlp,none', [], 'expected none to stand alone, got "otlp,none"'],
]);
accepts('list', list, [
  ['http, pg ,http', ['http', 'pg']],
  ['*', ['*']],
  [' , ', REFUSED],
]);

accepts('resource attributes', resourceAttributes, [
  ['a=b', { a: 'b' }],
  [' a = b , c.d=1,', { a: 'b', 'c.d': '1' }],
  ['a=', { a: '' }],
  ['a%2Cb=%3D%20%C3%A9', { 'a,b': '= é' }],
  ['a=b=c', REFUSED],
  ['a=b,c', REFUSED],
  ['a=b,=c', REFUSED],
  ['a=b,c=%', REFUSED],
  ['a=b,c=%C3', REFUSED],
]);

/** By type: the attributes that identify it, the others, the schema. */
type ShownEntities = Readonly<
  Record<string, readonly [id: object, description?: object, schemaUrl?: string]>
>;

function shownEntities(text: string): { shown: ShownEntities; problem: string | undefined } {
  const { value, problem } = entityList.parse(text);
  const shown = value!.entities.map(({ type, id, description, schemaUrl }) => [
    type,
    [{ ...id }, { ...description }, ...(schemaUrl === undefined ? [] : [schemaUrl])],
  ]);
  // What is shown as the value is read in the same way again.
  assert.deepEqual(entityList.parse(value!.text), { value });
  return { shown: Object.fromEntries(shown), problem };
}

describe('entities: the examples of the specification, and what else can be wrong', () => {
  const format = 'expected type{key=value,...}[key=value,...]@schema_url, got';
  const [app1, app2] = [{ 'service.name': 'app1' }, { 'service.name': 'app2' }];
  const rows: [text: string, expected: ShownEntities, problem?: string][] = [
    [
      'service{service.name=my-app,service.instance.id=instance-1}[service.version=1.0.0]@https://opentelemetry.io/schemas/1.21.0;host{host.id=host-123}[host.name=web-server-01]',
      {
        service: [
          { 'service.name': 'my-app', 'service.instance.id': 'instance-1' },
          { 'service.version': '1.0.0' },
          'https://opentelemetry.io/schemas/1.21.0',
        ],
        host: [{ 'host.id': 'host-123' }, { 'host.name': 'web-server-01' }],
      },
    ],
    [
      ' ;service{ service.name = app1 };;host{host.id=host-123}[];',
      { service: [app1, {}], host: [{ 'host.id': 'host-123' }, {}] },
    ],
    [
      'service{service.name=my%2Capp}[config=key%3Dvalue%5Bprod%5D,empty=]',
      { service: [{ 'service.name': 'my,app' }, { config: 'key=value[prod]', empty: '' }] },
    ],
    [
      'service{service.name=app1};invalid{syntax;host{host.id=1}',
      { service: [app1, {}], host: [{ 'host.id': '1' }, {}] },
      `${format} "invalid{syntax"`,
    ],
    ['service{};host{host.id=123}', { host: [{ 'host.id': '123' }, {}] }, `${format} "service{}"`],
    ['9lives{a=b}', {}, `${format} "9lives{a=b}"`],
    ['{a=b}', {}, `${format} "{a=b}"`],
    ['a{1b=c}', {}, `${format} "a{1b=c}"`],
    ['a{b=c}[d=e', {}, `${format} "a{b=c}[d=e"`],
    // With a part of its identity it would be another entity; a description may lack something.
    ['a{b=c,d=%C3}', {}, `${format} "a{b=c,d=%C3}"`],
    [
      'a{b=c}[d=e,f,g=%]',
      { a: [{ b: 'c' }, { d: 'e' }] },
      'expected percent-encoded key=value pairs, got "f,g=%"',
    ],
    [
      'service{service.name=app1}[version=1.0];service{service.name=app1}[version=2.0]',
      { service: [app1, { version: '2.0' }] },
      'expected one entity of type service, got "service{service.name=app1}[version=1.0]" too',
    ],
    [
      'service{service.name=app1}@invalid-url',
      { service: [app1, {}] },
      'expected a schema URL, got "invalid-url"',
    ],
    [
      'service{service.name=app1};service{service.name=app2}',
      { service: [app2, {}] },
      'expected one entity of type service, got "service{service.name=app1}" too',
    ],
    [
      'node{n=1}[zone=a];pod{p=1}[zone=b]',
      { node: [{ n: '1' }, {}], pod: [{ p: '1' }, { zone: 'b' }] },
      'expected one value of zone, got "node{n=1}[zone=a]" too',
    ],
    ['a{k=1};b{k=2}', { b: [{ k: '2' }, {}] }, 'expected one value of k, got "a{k=1}" too'],
    [
      'x;a{k=1};b{k=2}',
      { b: [{ k: '2' }, {}] },
      `${format} "x", and expected one value of k, got "a{k=1}" too`,
    ],
    [';', {}],
  ];
  for (const [text, expected, problem] of rows)
    test(text, () => assert.deepEqual(shownEntities(text), { shown: expected, problem }));

  test('a long text without an end is read in no time', () => {
    const startMillis = performance.now();
    entityList.parse(`a{${'b=c,'.repeat(50_000)}`);
    entityList.parse(`${'a'.repeat(200_000)}`);
    assert.ok(performance.now() - startMillis < 1000);
  });
});

accepts('OTLP headers', headers, [
  ['API-Key=x', { 'api-key': 'x' }],
  ['authorization=Basic%20dTpw,x=1', { authorization: 'Basic dTpw', x: '1' }],
  ['authorization=Basic dTpwPQ==', { authorization: 'Basic dTpwPQ==' }],
  ['x=', { x: '' }],
  ['x=%E9'.replace('%E9', 'ÿ'), { x: 'ÿ' }],
]);
saves('OTLP headers: bad ones are left out and not shown', headers, [
  [
    'secret',
    map({}),
    'expected name=value pairs with percent-encoded values, got something else at position 1',
  ],
  [
    'a=1,b=secret%,c c=secret,d=x%0D%0Ae: f,g=%E2%82%AC,h=2',
    map({ a: '1', h: '2' }),
    'expected name=value pairs with percent-encoded values, got something else at position 2, 3, 4, 5',
  ],
]);

accepts('service mapping', serviceMapping, [
  ['Shop.example=shop, 10.0.0.1:5432 = db ,', { 'shop.example': 'shop', '10.0.0.1:5432': 'db' }],
]);
saves('service mapping: bad pairs are left out', serviceMapping, [
  ['a=b,c,d=e=f,=g,h=', map({ a: 'b' }), 'expected host=service pairs, got "c,d=e=f,=g,h="'],
]);

test('header patterns: names in any case, and expressions for whole names', () => {
  const rows: [text: string, matched: string[]][] = [
    ['X-Shop, Accept.*', ['x-shop', 'accept', 'accept-language']],
    // Letter case counts where it means something in an expression.
    [String.raw`x-\D+`, ['x-shop', 'x-a']],
    ['.hop|x-a', ['x-a']],
    ['X-[A-Z]', ['x-a']],
  ];
  const headers = ['x-shop', 'x-a', 'accept', 'accept-language', 'x-1'];
  for (const [text, matched] of rows) {
    const { value, problem } = headerPatterns.parse(text);
    const isMatched = (name: string) =>
      value!.names.includes(name) || value!.expressions.some((expression) => expression.test(name));
    assert.deepEqual(
      headers.filter(isMatched),
      matched.sort((a, b) => headers.indexOf(a) - headers.indexOf(b)),
    );
    assert.equal(problem, undefined);
  }
});

test('patterns: what is no expression is left out', () => {
  assert.deepEqual(urlPatterns.parse('/a$,(,/b'), {
    value: [/\/a$/, /\/b/],
    problem: 'expected a list of regular expressions, got "("',
  });
  assert.deepEqual(headerPatterns.parse('x-a,[').value?.names, ['x-a']);
  assert.match(headerPatterns.parse('x-a,[').problem ?? '', /got "\["$/);
});

accepts('endpoint', endpoint, [
  ['http://localhost:4318', 'http://localhost:4318/'],
  ['HTTPS://Collector/x/?y=1#z', 'https://collector/x/?y=1'],
  ['http://[::1]:4318', 'http://[::1]:4318/'],
  ['http://c:65535', 'http://c:65535/'],
  ['http://c:65536', REFUSED],
  ['localhost:4318', REFUSED],
  ['collector', REFUSED],
  ['http:collector', REFUSED],
  ['http://', REFUSED],
  ['grpc://c:4317', REFUSED],
  ['unix:///run/otel.sock', REFUSED],
]);

test('endpoint: the query, which may hold a key, is not repeated', () => {
  assert.equal(
    endpoint.parse('c:1/?key=secret').problem,
    'expected a URL that starts with http:// or https://, got "c:1/"',
  );
});

test('signal URL: keeps path and query of the base endpoint', () => {
  assert.equal(signalUrl('http://c:4318', 'v1/traces'), 'http://c:4318/v1/traces');
  assert.equal(signalUrl('http://c:4318/', 'v1/traces'), 'http://c:4318/v1/traces');
  assert.equal(signalUrl('http://c:4318/x', 'v1/traces'), 'http://c:4318/x/v1/traces');
  assert.equal(signalUrl('http://c:4318/x/?y=1', 'v1/traces'), 'http://c:4318/x/v1/traces?y=1');
});

test('keys from outside are harmless', () => {
  for (const parser of [resourceAttributes, headers]) {
    const { value } = parser.parse('__proto__=x,constructor=y');
    assert.deepEqual(Object.entries(value ?? {}), [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    assert.equal(Object.getPrototypeOf(value), null);
  }
});

test('a problem stays on one short line', () => {
  const problem = integer(0).parse(`1\n${'x'.repeat(1000)}`).problem ?? '';
  assert.ok(!problem.includes('\n'));
  assert.ok(problem.length < 200);
});

test('a setting of the table is refused beyond 16,384 characters', () => {
  const { parser } = setting('OTEL_X', list, [], '');
  assert.deepEqual(parser.parse('a,'.repeat(8192).slice(0, 16_384)).problem, undefined);
  assert.equal(parser.parse('a'.repeat(16_385)).problem, 'expected at most 16384 characters, got 16385');
});
