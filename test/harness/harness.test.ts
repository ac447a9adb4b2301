import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import protobuf from 'protobufjs';
import type { SpanData } from '../../src/model/span-data';
import { drawTree, expectTree } from './expect-tree';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver';
import { maskOutput, runProgram, startProgram } from './run-program';
import { layProgram } from './twin';

let lastId = 0;
function span(
  name: string,
  kind: keyof typeof SpanKind,
  parent?: SpanData,
  more: Partial<SpanData> = {},
): SpanData {
  lastId++;
  return {
    traceId: parent?.traceId ?? lastId.toString(16).padStart(32, '0'),
    spanId: lastId.toString(16).padStart(16, '0'),
    parentSpanId: parent?.spanId,
    name,
    kind: SpanKind[kind],
    startTimeUnixNano: BigInt(lastId) * 1000n,
    endTimeUnixNano: BigInt(lastId) * 1000n + 500n,
    attributes: {},
    events: [],
    links: [],
    status: { code: SpanStatusCode.UNSET },
    scope: { name: 'test' },
    resource: {},
    ...more,
  };
}

const server = span('GET /users/:id', 'SERVER', undefined, {
  attributes: {
    'http.response.status_code': 200,
    'server.port': 8080,
    'url.full': 'http://127.0.0.1:8080/users/17?a b',
  },
});
const query = span('SELECT users', 'CLIENT', server, {
  attributes: { 'db.response.status_code': '42P01', 'db.tags': ['a', 'b'] },
  status: { code: SpanStatusCode.ERROR, message: 'relation "users" does not exist' },
  events: [{ name: 'exception', timeUnixNano: 1n, attributes: { 'exception.type': 'Error' } }],
});
const get = span('get', 'CLIENT', server);
const link = { context: { traceId: server.traceId, spanId: server.spanId, traceFlags: 1 } };
const consumer = span('process orders', 'CONSUMER', undefined, { links: [link] });
const spans = [server, query, get, consumer];
const drawing = `
  # every part of the notation
  GET /users/:id SERVER http.response.status_code=200 server.port={pg.port}
    | url.full="http://127.0.0.1:{port}/users/{int}?{any}"
    SELECT users CLIENT ERROR "relation \\"users\\" {any}" db.response.status_code=42P01 db.tags=["a","b"]
      event: exception exception.type={string}
    get CLIENT
  process orders CONSUMER
    link: GET /users/:id
`;
const variables = { 'pg.port': 8080 };

test('expectTree takes what fits', () => {
  expectTree(spans, drawing, variables);
  expectTree([...spans].reverse(), drawing, variables);
  expectTree([server], 'GET /users/:id SERVER {all}', {
    all: 'http.response.status_code=200 server.port={port} url.full={any}',
  });
  expectTree([], '');
});

const refusals: [string, readonly SpanData[], string, RegExp][] = [
  ['an extra span', [...spans, span('set', 'CLIENT', server)], drawing, /set: unexpected span/],
  ['a missing span', [server, query, consumer], drawing, /get: missing span/],
  [
    'a wrong parent',
    [server, query, { ...get, parentSpanId: query.spanId }, consumer],
    drawing,
    /get: unexpected span/,
  ],
  [
    'a lost parent',
    [query],
    'SELECT users CLIENT',
    /expected "SELECT users CLIENT", got "\.\.\. SELECT users CLIENT/,
  ],
  [
    'another trace',
    [server, { ...get, traceId: 'f'.repeat(32) }, query, consumer],
    drawing,
    /get: missing span/,
  ],
  [
    'an extra attribute',
    changed(get, { attributes: { 'db.namespace': '0' } }),
    drawing,
    /unexpected attribute db\.namespace="0"/,
  ],
  [
    'a missing attribute',
    changed(query, { attributes: { 'db.tags': ['a', 'b'] } }),
    drawing,
    /db\.response\.status_code: expected 42P01, it is missing/,
  ],
  [
    'a number for a string',
    changed(server, { attributes: { ...server.attributes, 'server.port': '8080' } }),
    drawing,
    /server\.port: expected \{pg\.port\}, got "8080"/,
  ],
  ['another kind', changed(get, { kind: SpanKind.INTERNAL }), drawing, /get: missing span/],
  [
    'an unset status',
    changed(query, { status: { code: SpanStatusCode.UNSET } }),
    drawing,
    /got "SELECT users CLIENT"/,
  ],
  ['an extra event', changed(get, { events: query.events }), drawing, /unexpected event exception/],
  ['a missing link', changed(consumer, { links: [] }), drawing, /missing link GET/],
  ['another order', changed(get, { startTimeUnixNano: server.startTimeUnixNano }), drawing, /missing span/],
  [
    'a span that ends before it starts',
    [{ ...get, parentSpanId: undefined, endTimeUnixNano: 0n }],
    'get CLIENT',
    /ends before/,
  ],
];
for (const [what, actual, tree, message] of refusals) {
  test(`expectTree refuses ${what}`, () => {
    assert.throws(() => expectTree(actual, tree, variables), { name: 'AssertionError', message });
  });
}

function changed(one: SpanData, change: Partial<SpanData>): SpanData[] {
  return spans.map((each) => (each === one ? { ...each, ...change } : each));
}

test('siblings marked with ~ come in any order, and a wildcard leaves the others what only they fit', () => {
  const root = span('root', 'INTERNAL');
  const children = ['b', 'a', 'c'].map((key) => span('get', 'CLIENT', root, { attributes: { key } }));
  const marked = (...keys: string[]) =>
    ['root INTERNAL', ...keys.map((key) => `  ~ get CLIENT key=${key}`)].join('\n');
  expectTree([root, ...children], marked('{any}', 'a', 'b'));
  expectTree([root, ...children], marked('c', 'b', 'a'));
  assert.throws(() => expectTree([root, ...children], marked('a', 'a', 'b')), /expected a, got c/);
  assert.throws(
    () => expectTree([root, ...children], marked('a', 'b', 'c').replaceAll('~ ', '')),
    /AssertionError|differ/,
  );
});

test('what drawTree writes, expectTree reads', () => {
  const odd = span('SEND {x} "CLIENT" = y', 'PRODUCER', undefined, {
    attributes: {
      a: '',
      b: 'true',
      c: '{any}',
      d: 'x\ny',
      e: 1.5,
      f: '5',
      g: '[1]',
      h: [true, false],
      i: 'a=b',
      j: '"',
    },
  });
  const orphan = span('event: x', 'INTERNAL', undefined, { parentSpanId: 'ab'.repeat(8) });
  expectTree([...spans, odd, orphan], drawTree([...spans, odd, orphan]));
});

test('a drawing that cannot be read names its line', () => {
  assert.throws(() => expectTree([], 'GET SERVE a=b'), /expected "name INTERNAL\|.* in line "GET SERVE a=b"/);
  assert.throws(() => expectTree([], 'GET SERVER a b=1'), /expected key=value, got "a b=1"/);
  assert.throws(() => expectTree([], 'GET SERVER a={what}'), /unknown \{what\}/);
});

async function withReceiver(body: (receiver: OtlpReceiver) => Promise<void>): Promise<void> {
  const receiver = await startOtlpReceiver();
  try {
    await body(receiver);
  } finally {
    receiver.errors.length = 0;
    await receiver.stop();
  }
}

function post(url: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-protobuf', ...headers },
  });
}

/** ExportTraceServiceRequest > ResourceSpans > ScopeSpans > Span, written field by field (field numbers of trace.proto). */
function traceRequest(more: (writer: protobuf.Writer) => void = () => {}, traceIdBytes = 16): Uint8Array {
  const writer = protobuf.Writer.create().uint32(10).fork().uint32(18).fork().uint32(18).fork();
  writer.uint32(10).bytes(Buffer.alloc(traceIdBytes, 1)).uint32(18).bytes(Buffer.alloc(8, 2));
  writer.uint32(42).string('GET').uint32(48).int32(3);
  writer.uint32(57).fixed64(1_700_000_000_000).uint32(65).fixed64(1_700_000_000_001);
  writer.uint32(74).fork().uint32(10).string('n').uint32(18).fork().uint32(24).int64(-7).ldelim().ldelim();
  more(writer);
  return writer.ldelim().ldelim().ldelim().finish();
}

test('the receiver decodes plain and gzipped bodies', () =>
  withReceiver(async ({ url, requests, waitForSpans }) => {
    const body = traceRequest();
    assert.equal((await post(url, body)).status, 200);
    assert.equal((await post(url, gzipSync(body), { 'content-encoding': 'gzip' })).status, 200);
    const [first, second] = await waitForSpans(2);
    assert.deepEqual(first, second);
    assert.equal(first!.name, 'GET');
    assert.equal(first!.kind, SpanKind.CLIENT);
    assert.deepEqual(first!.attributes, { n: -7 });
    assert.equal(first!.endTimeUnixNano, 1_700_000_000_001n);
    assert.equal(requests[0]!.bodyBytes, requests[1]!.bodyBytes);
  }));

const garbage: [string, Uint8Array, RegExp, Record<string, string>?][] = [
  ['bytes that are no protobuf', Buffer.from('garbage'), /./],
  ['a body cut short', traceRequest().subarray(0, -3), /./],
  ['an unknown field', traceRequest((writer) => writer.uint32(8 * 500 + 0).uint32(1)), /unknown field/],
  [
    'a wrong wire type',
    traceRequest((writer) => writer.uint32(8 * 9 + 0).uint32(1)),
    /unknown field|wire type/,
  ],
  ['a trace id of 15 bytes', traceRequest(undefined, 15), /traceId: expected 16 bytes, got 15/],
  [
    'a repeated attribute',
    traceRequest((writer) => writer.uint32(74).fork().uint32(10).string('n').ldelim()),
    /n is there twice/,
  ],
  ['JSON', Buffer.from('{}'), /unexpected content-type/, { 'content-type': 'application/json' }],
  ['a body that is not gzip', traceRequest(), /header/, { 'content-encoding': 'gzip' }],
];
for (const [what, body, message, headers] of garbage) {
  test(`the receiver refuses ${what}`, async () => {
    const receiver = await startOtlpReceiver();
    try {
      const waiting = assert.rejects(receiver.waitForSpans(1), message);
      assert.equal((await post(receiver.url, body, headers)).status, 400);
      await waiting;
    } finally {
      await assert.rejects(receiver.stop(), /malformed OTLP/);
    }
  });
}

test('the receiver answers as scripted and takes no spans that it refused', () =>
  withReceiver(async (receiver) => {
    const answers = [
      { status: 503, headers: { 'retry-after': '2' } },
      { instead: 'reset' as const },
      { partialSuccess: { rejectedSpans: 1, errorMessage: 'no' } },
    ];
    receiver.answer = (_, index) => answers[index];
    const refused = await post(receiver.url, traceRequest());
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '2']);
    await assert.rejects(post(receiver.url, traceRequest()), { name: 'TypeError' });
    assert.equal(receiver.spans.length, 0);
    // ExportTraceServiceResponse { 1: ExportTracePartialSuccess { 1: rejected_spans, 2: error_message } }
    const partial = Buffer.from(await (await post(receiver.url, traceRequest())).arrayBuffer());
    assert.equal(partial.toString('latin1'), '\x0a\x06\x08\x01\x12\x02no');
    assert.equal(receiver.requests.length, 3);
    await assert.rejects(receiver.waitForSpans(5, 10), /expected 5 spans within 10 ms, got 1: GET/);
  }));

test('drained waits for what a program sent just before it ended', () =>
  withReceiver(async (receiver) => {
    const body = Buffer.from(traceRequest());
    const head = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: ${body.length}\r\n\r\n`;
    const send = `const socket = require('net').connect(${receiver.port}, '127.0.0.1', () => {
      socket.write(${JSON.stringify(head)});
      socket.write(Buffer.from('${body.toString('base64')}', 'base64'), () => process.exit());
    });`;
    assert.equal((await runProgram(['-e', send])).exitCode, 0);
    await receiver.drained();
    assert.equal(receiver.spans.length, 1);
  }));

test('a program runs with a clean environment, its own input and its own end', async () => {
  process.env.OTEL_SERVICE_NAME = 'of-the-test';
  const script = `process.stdin.pipe(process.stdout);
    console.error(process.env.OTEL_SERVICE_NAME, process.env.NODE_OPTIONS, process.env.MINE);
    process.exitCode = 3;`;
  const run = await runProgram(['-e', script], { stdin: 'to and fro', env: { MINE: 'yes' } });
  delete process.env.OTEL_SERVICE_NAME;
  assert.deepEqual(
    [run.stdout, run.stderr, run.exitCode, run.signal, run.timedOut],
    ['to and fro', 'undefined undefined yes\n', 3, null, false],
  );
});

test('a program that does not end is killed with its children', async () => {
  const script = `const { spawn } = require('child_process');
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'inherit' });
    console.log('up'); setInterval(() => {}, 1e6);`;
  const run = await runProgram(['-e', script], { timeoutMillis: 500 });
  assert.deepEqual([run.signal, run.timedOut], ['SIGKILL', true]);
});

test('waitForStdout sees output as it comes and fails when the program ends without it', async () => {
  const program = startProgram(['-e', `console.log('ready 17'); process.stdin.on('end', () => {}).resume()`]);
  assert.equal((await program.waitForStdout(/ready (\d+)/))[1], '17');
  await assert.rejects(program.waitForStdout(/never/), /ended without \/never\//);
});

test('maskOutput hides what differs from run to run, and no more', () => {
  assert.equal(
    maskOutput(
      '(node:123) [DEP0001] at 2024-05-06T07:08:09.123Z took 12ms on 127.0.0.1:4567, 3 users, {"pid":7,"port":80}',
    ),
    '(node:<pid>) [DEP0001] at <time> took <duration> on 127.0.0.1:<port>, 3 users, {"pid":<pid>,"port":80}',
  );
});

test('a program and its CommonJS twin do the same', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'twin-'));
  try {
    const app = `import fs, { existsSync } from 'node:fs';
      import { name } from './dep.mjs';
      async function main() { console.log(name, existsSync === fs.existsSync, (await import('./dep.mjs')).name); }
      main();`;
    writeFileSync(join(directory, 'app.mjs'), app);
    writeFileSync(join(directory, 'dep.mjs'), `export const name = 'dep';`);
    const laid = layProgram(directory, directory);
    assert.doesNotMatch(readFileSync(join(laid, 'app.cjs'), 'utf8'), /\.mjs"/);
    for (const file of ['app.mjs', 'app.cjs']) {
      const run = await runProgram([join(laid, file)]);
      assert.deepEqual([run.stdout, run.stderr], ['dep true dep\n', '']);
    }
    writeFileSync(join(directory, 'app.mjs'), 'await 1;');
    assert.throws(() => layProgram(directory, directory), /top-level await/i);
  } finally {
    rmSync(directory, { recursive: true });
    assert.ok(!existsSync(directory));
  }
});
