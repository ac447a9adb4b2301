import assert from 'node:assert/strict';
import { CLIENT, program, type Row, SERVER, type Seen } from '../row';

/** The only span of that kind that instrumentations made. */
function only({ spans }: Seen, kind: number): Seen['spans'][number] {
  const found = spans.filter((span) => span.kind === kind);
  assert.equal(found.length, 1);
  return found[0]!;
}

const captured = (seen: Seen, kind: number) =>
  Object.fromEntries(Object.entries(only(seen, kind).attributes).filter(([key]) => key.includes('.header.')));

/** A request with headers, of which one is secret and two are alike. */
const request = {
  path: '/',
  headers: { 'X-Shop-Id': '7', 'X-Shop-Name': 'ann', Authorization: 'Bearer abc' },
};

const REDACTED = ['REDACTED'];

/** Java's name of each variable, Python's, and what is captured. */
const headers = [
  {
    java: 'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS',
    python: 'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST',
    value: 'X-Shop-ID, authorization, x-missing',
    kind: SERVER,
    expected: { 'http.request.header.x-shop-id': ['7'], 'http.request.header.authorization': REDACTED },
  },
  {
    java: 'OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_REQUEST_HEADERS',
    python: 'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_REQUEST',
    value: 'x-shop-.*',
    kind: CLIENT,
    expected: { 'http.request.header.x-shop-id': ['7'], 'http.request.header.x-shop-name': ['ann'] },
  },
  {
    java: 'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS',
    python: 'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_RESPONSE',
    value: 'x-served-by,Set-Cookie',
    kind: SERVER,
    expected: { 'http.response.header.x-served-by': ['a', 'b'], 'http.response.header.set-cookie': REDACTED },
  },
  {
    java: 'OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS',
    python: 'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_RESPONSE',
    value: 'x-served-by,set-.*',
    kind: CLIENT,
    expected: { 'http.response.header.x-served-by': ['a, b'], 'http.response.header.set-cookie': REDACTED },
  },
];

const capture = headers.flatMap(({ java, python, value, kind, expected }): Row[] =>
  [java, python].map((variable) => ({
    variable,
    value,
    requests: [request],
    see(seen) {
      assert.deepEqual(captured(seen, kind), expected);
      assert.deepEqual(captured(seen, kind === SERVER ? CLIENT : SERVER), {});
    },
  })),
);

const redaction: readonly Row[] = [
  {
    variable: 'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SANITIZE_FIELDS',
    value: 'X-SHOP-ID,.*name',
    with: { OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'x-shop-.*,authorization' },
    requests: [request],
    see: (seen) =>
      assert.deepEqual(captured(seen, SERVER), {
        'http.request.header.x-shop-id': REDACTED,
        'http.request.header.x-shop-name': REDACTED,
        'http.request.header.authorization': ['Bearer abc'],
      }),
  },
  {
    variable: 'OTEL_INSTRUMENTATION_SANITIZATION_URL_EXPERIMENTAL_SENSITIVE_QUERY_PARAMETERS',
    value: 'card, pin',
    requests: [{ path: '/pay?card=1234&token=abc&PIN=1&x=2' }],
    see(seen) {
      assert.equal(only(seen, SERVER).attributes['url.query'], 'card=REDACTED&token=abc&PIN=1&x=2');
      assert.match(String(only(seen, CLIENT).attributes['url.full']), /\/pay\?card=REDACTED&token=abc/);
    },
  },
];

const requests: readonly Row[] = [
  {
    variable: 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
    value: 'GET,PURGE',
    requests: [
      { path: '/', method: 'PURGE' },
      { path: '/', method: 'PUT' },
    ],
    see({ spans }) {
      const methods = spans
        .filter(({ kind }) => kind === SERVER)
        .map(({ name, attributes }) => [
          name,
          attributes['http.request.method'],
          attributes['http.request.method_original'],
        ]);
      assert.deepEqual(methods, [
        ['PURGE', 'PURGE', undefined],
        ['HTTP', '_OTHER', 'PUT'],
      ]);
    },
  },
  {
    variable: 'OTEL_NODE_EXCLUDED_URLS',
    value: '^/health$,^http://127\\.0\\.0\\.1:\\d+/inter[a-z]+/',
    requests: [{ path: '/health' }, { path: '/internal/x' }, { path: '/healthy' }],
    see({ spans, printed }) {
      const paths = spans
        .filter(({ kind }) => kind === SERVER)
        .map(({ attributes }) => attributes['url.path']);
      assert.deepEqual(paths, ['/healthy']);
      assert.equal(spans.filter(({ kind }) => kind === CLIENT).length, 1);
      // What is done for them is not recorded either.
      assert.equal(spans.filter(({ name }) => name === 'served').length, 1);
      assert.equal(printed.filter(({ path }) => path).length, 3);
    },
  },
  {
    variable: 'OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING',
    value: '127.0.0.1=shop,other=x',
    requests: [{ path: '/' }],
    see: (seen) => assert.equal(only(seen, CLIENT).attributes['server.service.name'], 'shop'),
  },
  {
    variable: 'OTEL_INSTRUMENTATION_HTTP_REQUIRE_PARENT_SPAN',
    value: 'true',
    with: { INSIDE: 'yes' },
    requests: [{ path: '/outside' }],
    see({ spans }) {
      const urls = spans
        .filter(({ kind }) => kind === CLIENT)
        .map(({ attributes }) => String(attributes['url.full']));
      assert.equal(urls.length, 1);
      assert.match(urls[0]!, /\/inside$/);
      // Requests to the server have their spans.
      assert.equal(spans.filter(({ kind }) => kind === SERVER).length, 2);
    },
  },
];

/** The same settings for HTTP/2, of which both sides are here, and for fetch, whose server is one of HTTP/1.1. */
const otherClients = ['http2', 'fetch'].flatMap((client): Row[] => {
  const scope = `otel-instrument/${client === 'fetch' ? 'undici' : client}`;
  const made = ({ spans }: Seen) =>
    spans.filter((each) =>
      each.kind === CLIENT
        ? each.scope.name === scope
        : /^\/called/.test(String(each.attributes['url.path'])),
    );
  const common = { program: () => program('settings', 'api', 'calls.mjs'), args: [client] };
  return [
    {
      ...common,
      variable: 'OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_REQUEST_HEADERS',
      value: 'x-shop-.*,cookie',
      with: {
        OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS: 'x-served-by',
        OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'x-shop-id,cook.*',
        OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS: 'x-served-.*',
        OTEL_INSTRUMENTATION_SANITIZATION_URL_EXPERIMENTAL_SENSITIVE_QUERY_PARAMETERS: 'pin',
        OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING: '127.0.0.1=shop',
      },
      see(seen) {
        assert.equal(made(seen).length, 4);
        for (const { kind, attributes } of made(seen)) {
          assert.deepEqual(attributes['http.request.header.x-shop-id'], ['7']);
          assert.deepEqual(attributes['http.request.header.cookie'], REDACTED);
          assert.deepEqual(attributes['http.response.header.x-served-by'], ['a']);
          assert.match(String(attributes['url.full'] ?? attributes['url.query']), /pin=REDACTED&x=2$/);
          assert.equal(attributes['server.service.name'], kind === CLIENT ? 'shop' : undefined);
        }
      },
    },
    {
      ...common,
      variable: 'OTEL_NODE_EXCLUDED_URLS',
      value: '^/called',
      see(seen) {
        assert.deepEqual(made(seen), []);
        // The request around it is recorded.
        assert.equal(seen.spans.length, 2);
      },
    },
  ];
});

export const http: readonly Row[] = [...otherClients, ...capture, ...redaction, ...requests];
