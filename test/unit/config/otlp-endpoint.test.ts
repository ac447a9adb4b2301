import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OtlpConfig } from '../../../src/config/config';
import { loadConfig } from '../../../src/config/load';
import { otlpEndpoint, resolveEndpoint } from '../../../src/config/otlp-endpoint';
import { readProxies } from '../../../src/config/proxies';

describe('what an endpoint means', () => {
  const http = { protocol: 'http/protobuf', isInsecure: false, signal: 'logs', isBase: true } as const;
  const own = { ...http, isBase: false };
  const grpc = { ...http, protocol: 'grpc' } as const;
  const socketPath = '/run/otlp.sock';
  const cases: readonly [
    text: string,
    use: Parameters<typeof resolveEndpoint>[1],
    endpoint: object | undefined,
  ][] = [
    ['http://c:4318', http, { url: 'http://c:4318/v1/logs' }],
    ['http://c:4318/base?key=1', http, { url: 'http://c:4318/base/v1/logs?key=1' }],
    ['http://c:4318/logs', own, { url: 'http://c:4318/logs' }],
    ['http://c:4317', grpc, { url: 'http://c:4317/' }],
    ['https://c:4317', { ...grpc, isInsecure: true }, { url: 'https://c:4317/' }],
    ['c:4317', grpc, { url: 'https://c:4317' }],
    ['c:4317', { ...grpc, isInsecure: true }, { url: 'http://c:4317' }],
    ['dns:///c:4317', { ...grpc, isInsecure: true }, { url: 'http://c:4317' }],
    ['[::1]:4317', grpc, { url: 'https://[::1]:4317' }],
    ['c:4318', http, undefined],
    ['unix:///run/otlp.sock', http, { url: 'http://localhost/v1/logs', socketPath }],
    ['unix:/run/otlp.sock', http, { url: 'http://localhost/v1/logs', socketPath }],
    ['unix:///run/otlp.sock', own, { url: 'http://localhost/v1/logs', socketPath }],
    ['unix:///run/otlp.sock:/base', http, { url: 'http://localhost/base/v1/logs', socketPath }],
    ['unix:///run/otlp.sock:/logs', own, { url: 'http://localhost/logs', socketPath }],
    ['unix:///run/otlp.sock', grpc, { url: 'http://localhost/v1/logs', socketPath }],
  ];
  for (const [text, use, endpoint] of cases) {
    test(`${text}, ${use.protocol}, ${use.isBase ? 'for all signals' : 'for one'}`, () => {
      assert.equal(otlpEndpoint.parse(text).problem, undefined);
      assert.deepEqual(resolveEndpoint(otlpEndpoint.parse(text).value!, use), endpoint);
    });
  }

  for (const text of [
    '',
    'collector',
    'ftp://c:4318',
    'unix:relative.sock',
    'c:port',
    'http://',
    '//c:4318',
  ]) {
    test(`${text} is not accepted`, () => {
      const { value, problem } = otlpEndpoint.parse(text);
      assert.deepEqual([value, typeof problem], [undefined, 'string']);
    });
  }

  test('a query is not repeated', () => {
    const { problem } = otlpEndpoint.parse('htp://c/?key=secret');
    assert.equal(problem, 'expected a URL that starts with http://, https:// or unix://, got "htp://c/"');
  });
});

describe('from variables', () => {
  const load = (env: Record<string, string>) => {
    const { config, complaints } = loadConfig(env);
    return { otlp: config.traces.processors[0]!.exporter as OtlpConfig, complaints };
  };

  test('the default of gRPC', () =>
    assert.equal(load({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).otlp.url, 'http://localhost:4317'));

  test('a host without a scheme where HTTP is spoken', () => {
    const { otlp, complaints } = load({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'c:4318' });
    assert.equal(otlp.url, 'http://localhost:4318/v1/traces');
    assert.deepEqual(complaints, [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: expected a URL that starts with http://, https:// or unix://, got "c:4318"; using http://localhost:4318',
    ]);
  });

  test('files, each with the variable that names it', () => {
    const { otlp } = load({
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem',
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: '/own.key',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: '/general.key',
    });
    assert.deepEqual(otlp.tls, {
      certificate: { path: '/ca.pem', setting: 'OTEL_EXPORTER_OTLP_CERTIFICATE' },
      clientKey: { path: '/own.key', setting: 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY' },
      clientCertificate: undefined,
    });
  });

  const paths: readonly [setting: string, path: string][] = [
    ['', 'telemetry.traces.jsonl'],
    ['/var/log/otlp.jsonl', '/var/log/otlp.traces.jsonl'],
    ['/var/log.d/otlp', '/var/log.d/otlp.traces'],
    ['/var/{signal}/{signal}.jsonl', '/var/traces/traces.jsonl'],
    ['file:///a%20b/otlp.jsonl', '/a b/otlp.jsonl'],
  ];
  for (const [setting, path] of paths) {
    test(`OTEL_NODE_EXPORTER_FILE=${setting}`, () => {
      const { config } = loadConfig({ OTEL_TRACES_EXPORTER: 'otlp/file', OTEL_NODE_EXPORTER_FILE: setting });
      assert.deepEqual(config.traces.processors[0]!.exporter, { kind: 'file', signal: 'traces', path });
    });
  }
});

test('proxy variables: lower case first, HTTP_PROXY not in CGI programs', () => {
  assert.equal(readProxies({ NO_PROXY: '*' }), undefined);
  assert.deepEqual(readProxies({ HTTP_PROXY: 'a', http_proxy: 'b', HTTPS_PROXY: 'c', no_proxy: 'd' }), {
    http: 'b',
    https: 'c',
    noProxy: 'd',
  });
  assert.equal(readProxies({ REQUEST_METHOD: 'GET', HTTP_PROXY: 'a' }), undefined);
});
