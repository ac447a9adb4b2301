type Header = readonly [name: string, value: string];

/** A request, whether its trace is continued, and the trace state that is passed on. */
export interface TraceContextCase {
  readonly name: string;
  readonly headers: readonly Header[];
  readonly isContinued: boolean;
  readonly traceState: string | undefined;
}

const id = '12345678901234567890123456789012';
const parent = '1234567890123456';
const valid: Header = ['traceparent', `00-${id}-${parent}-00`];

/** Each with the name of the case in the suite that it comes from: https://github.com/w3c/trace-context/blob/main/test/test.py */
const parents: readonly (readonly [name: string, isContinued: boolean, headers: readonly Header[]])[] = [
  ['both missing', false, []],
  ['traceparent included', true, [['traceparent', `00-${id}-${parent}-01`]]],
  [
    'traceparent duplicated',
    false,
    [
      ['traceparent', '00-12345678901234567890123456789011-1234567890123456-01'],
      ['traceparent', `00-${id}-${parent}-01`],
    ],
  ],
  ...['trace-parent', 'trace.parent'].map(
    (name) => [`header name ${name}`, false, [[name, `00-${id}-${parent}-01`]]] as const,
  ),
  ...['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'].map(
    (name) => [`header name ${name}`, true, [[name, `00-${id}-${parent}-01`]]] as const,
  ),
  ...(
    [
      ['version 00, more behind it', false, `00-${id}-${parent}-01.`],
      ['version 00, more fields', false, `00-${id}-${parent}-01-what-the-future-will-be-like`],
      ['version cc', true, `cc-${id}-${parent}-01`],
      ['version cc, more fields', true, `cc-${id}-${parent}-01-what-the-future-will-be-like`],
      ['version cc, more behind it', false, `cc-${id}-${parent}-01.what-the-future-will-be-like`],
      ['version ff', false, `ff-${id}-${parent}-01`],
      ['version .0', false, `.0-${id}-${parent}-01`],
      ['version 0.', false, `0.-${id}-${parent}-01`],
      ['version too long', false, `000-${id}-${parent}-01`],
      ['version far too long', false, `0000-${id}-${parent}-01`],
      ['version too short', false, `0-${id}-${parent}-01`],
      ['trace id all zero', false, `00-${'0'.repeat(32)}-${parent}-01`],
      ['trace id begins with a dot', false, `00-.2345678901234567890123456789012-${parent}-01`],
      ['trace id ends with a dot', false, `00-1234567890123456789012345678901.-${parent}-01`],
      ['trace id too long', false, `00-123456789012345678901234567890123-${parent}-01`],
      ['trace id too short', false, `00-1234567890123456789012345678901-${parent}-01`],
      ['parent id all zero', false, `00-${id}-${'0'.repeat(16)}-01`],
      ['parent id begins with a dot', false, `00-${id}-.234567890123456-01`],
      ['parent id ends with a dot', false, `00-${id}-123456789012345.-01`],
      ['parent id too long', false, `00-${id}-12345678901234567-01`],
      ['parent id too short', false, `00-${id}-123456789012345-01`],
      ['flags begin with a dot', false, `00-${id}-${parent}-.0`],
      ['flags end with a dot', false, `00-${id}-${parent}-0.`],
      ['flags too long', false, `00-${id}-${parent}-001`],
      ['flags too short', false, `00-${id}-${parent}-1`],
      ['space before', true, ` 00-${id}-${parent}-01`],
      ['tab before', true, `\t00-${id}-${parent}-01`],
      ['space behind', true, `00-${id}-${parent}-01 `],
      ['tab behind', true, `00-${id}-${parent}-01\t`],
      ['spaces and tabs around', true, `\t 00-${id}-${parent}-01 \t`],
    ] as const
  ).map(([name, isContinued, value]) => [name, isContinued, [['traceparent', value]]] as const),
  ['tracestate without traceparent', false, [['tracestate', 'foo=1']]],
];

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(2, '0'))
    .map((number) => `bar${number}=${number}`)
    .join(',');
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';
const printable = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).join('');
const anyValue = printable.replace(/[,=]/g, '');
const longest = 'z'.repeat(256);

/** Values of `tracestate`, one a header, and what is passed on. */
const states: readonly (readonly [name: string, values: readonly string[], passedOn: string | undefined])[] =
  [
    ['tracestate included', ['foo=1,bar=2'], 'foo=1,bar=2'],
    ['tracestate empty', [''], undefined],
    ['tracestate and an empty one', ['foo=1', ''], 'foo=1'],
    ['an empty tracestate and another', ['', 'foo=1'], 'foo=1'],
    [
      'several headers keep their order',
      ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'],
      'foo=1,bar=2,rojo=1,congo=2,baz=3',
    ],
    ['a key twice', ['foo=1,foo=1'], 'foo=1'],
    ['a key twice with other values', ['foo=1,foo=2'], 'foo=1'],
    ['a key twice in two headers', ['foo=1', 'foo=2'], 'foo=1'],
    ['all characters of keys', [`${letters}=1`], `${letters}=1`],
    ['all characters of keys with a tenant', [`${letters}@a-z0-9_-*/=1`], `${letters}@a-z0-9_-*/=1`],
    ['all characters of values', [`a=${anyValue}`], `a=${anyValue}`],
    ['spaces and tabs between members', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1,bar=2,baz=3'],
    ['tabs and spaces between members', ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'], 'foo=1,bar=2,baz=3'],
    ...[' foo=1', '\tfoo=1', 'foo=1 ', 'foo=1\t', '\t foo=1 \t'].map(
      (value) => [`around a member: ${JSON.stringify(value)}`, [value], 'foo=1'] as const,
    ),
    ['a space in a key', ['foo =1'], undefined],
    ['an upper-case key', ['FOO=1'], undefined],
    ['a dot in a key', ['foo.bar=1'], undefined],
    ['a key that ends with @', ['foo@=1,bar=2'], 'foo@=1,bar=2'],
    ['a key that begins with @', ['@foo=1,bar=2'], undefined],
    ['a key with @@', ['foo@@bar=1,bar=2'], 'foo@@bar=1,bar=2'],
    ['a key with two @', ['foo@bar@baz=1,bar=2'], 'foo@bar@baz=1,bar=2'],
    ['32 members', [numbered(1, 10), numbered(11, 20), numbered(21, 30), numbered(31, 32)], numbered(1, 32)],
    ['33 members', [numbered(1, 10), numbered(11, 20), numbered(21, 30), numbered(31, 33)], undefined],
    ['a key of 256 characters', ['foo=1', `${longest}=1`], `foo=1,${longest}=1`],
    ['a key of 257 characters', ['foo=1', `${longest}z=1`], undefined],
    [
      'a tenant of 241 characters',
      [`${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
      `${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
    ],
    ['a tenant of 242 characters', [`${'t'.repeat(242)}@v=1`], `${'t'.repeat(242)}@v=1`],
    ['a system of 15 characters', [`t@${'v'.repeat(15)}=1`], `t@${'v'.repeat(15)}=1`],
    ['two equals signs', ['foo=bar=baz'], undefined],
    ['an empty value', ['foo=,bar=3'], undefined],
  ];

export const traceContextCases: readonly TraceContextCase[] = [
  ...parents.map(([name, isContinued, headers]) => ({ name, headers, isContinued, traceState: undefined })),
  ...['trace-state', 'trace.state'].map((name) => ({
    name: `header name ${name}`,
    headers: [valid, [name, 'foo=1']] as const,
    isContinued: true,
    traceState: undefined,
  })),
  ...['TraceState', 'TrAcEsTaTe', 'TRACESTATE'].map((name) => ({
    name: `header name ${name}`,
    headers: [valid, [name, 'foo=1']] as const,
    isContinued: true,
    traceState: 'foo=1',
  })),
  ...states.map(([name, values, traceState]) => ({
    name,
    headers: [valid, ...values.map((value) => ['tracestate', value] as const)],
    isContinued: true,
    traceState,
  })),
];
