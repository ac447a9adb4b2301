import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Row, Seen } from '../row';
import { type SinkRequest, startGrpcSink, startSink, startTlsSink } from '../sink';
import { inTime } from './traces';

const signals = ['traces', 'metrics', 'logs'] as const;
const paths = signals.map((signal) => `/v1/${signal}`).sort();
const services = ['TraceService', 'MetricsService', 'LogsService'];

const prefix = 'OTEL_EXPORTER_OTLP';
const toSink = { [`${prefix}_ENDPOINT`]: '{SINK}' };

/** What each path has of something. */
const byPath = (sink: readonly SinkRequest[], read: (request: SinkRequest) => unknown) =>
  Object.fromEntries(sink.map((request) => [request.path, read(request)]));

/** The same for all signals, but for one. */
const but = (signal: string, own: unknown, others: unknown) =>
  Object.fromEntries(paths.map((path) => [path, path === `/v1/${signal}` ? own : others]));

const sinkPaths = ({ sink }: Seen) => sink.map(({ path }) => path).sort();
const receivedPaths = ({ requests }: Seen) => requests.map(({ path }) => path).sort();

const endpoints: readonly Row[] = [
  {
    variable: `${prefix}_ENDPOINT`,
    value: '{SINK}/base/',
    before: (t) => startSink(t),
    see: (seen) =>
      assert.deepEqual(
        sinkPaths(seen),
        paths.map((path) => `/base${path}`),
      ),
  },
  ...signals.map(
    (signal): Row => ({
      variable: `${prefix}_${signal.toUpperCase()}_ENDPOINT`,
      value: '{SINK}/own',
      before: (t) => startSink(t),
      see(seen) {
        assert.deepEqual(sinkPaths(seen), ['/own']);
        assert.deepEqual(
          receivedPaths(seen),
          paths.filter((path) => path !== `/v1/${signal}`),
        );
      },
    }),
  ),
];

/** A value that shows in a header of each request. */
interface Shown {
  readonly name: string;
  /** Of all signals, and of the one that has its own. */
  readonly values: readonly (readonly [general: string, own: string])[];
  readonly read: (request: SinkRequest) => unknown;
  /** By value. */
  readonly seen: Readonly<Record<string, unknown>>;
}

const shown: readonly Shown[] = [
  {
    name: 'PROTOCOL',
    values: [
      ['http/json', 'http/protobuf'],
      ['HTTP/protobuf', 'http/json'],
    ],
    read: ({ headers }) => headers['content-type'],
    seen: {
      'http/json': 'application/json',
      'http/protobuf': 'application/x-protobuf',
      'HTTP/protobuf': 'application/x-protobuf',
    },
  },
  {
    name: 'HEADERS',
    values: [['API-Key=a%20b,x-team=shop', 'x-own=1']],
    read: ({ headers }) => [headers['api-key'], headers['x-team'], headers['x-own']],
    seen: {
      'API-Key=a%20b,x-team=shop': ['a b', 'shop', undefined],
      'x-own=1': [undefined, undefined, '1'],
    },
  },
  {
    name: 'COMPRESSION',
    values: [
      ['gzip', 'none'],
      ['none', 'GZIP'],
    ],
    read: ({ headers, body }) => [headers['content-encoding'], body[0] === 0x1f],
    seen: { gzip: ['gzip', true], GZIP: ['gzip', true], none: [undefined, false] },
  },
];

/** One run with all signals alike, and one for each that differs from the others. */
const inHeaders = shown.flatMap(({ name, values, read, seen }) =>
  values.flatMap(([general, own]) => [
    {
      variable: `${prefix}_${name}`,
      value: general,
      with: toSink,
      before: (t) => startSink(t),
      see: ({ sink }) => assert.deepEqual(byPath(sink, read), but('', undefined, seen[general])),
    } as Row,
    ...signals.map(
      (signal): Row => ({
        variable: `${prefix}_${signal.toUpperCase()}_${name}`,
        value: own,
        with: { ...toSink, [`${prefix}_${name}`]: general },
        before: (t) => startSink(t),
        see: ({ sink }) => assert.deepEqual(byPath(sink, read), but(signal, seen[own], seen[general])),
      }),
    ),
  ]),
);

const grpcPath = (index: number) =>
  `/opentelemetry.proto.collector.${signals[index]!.replace(/^(trace|metric|log)s$/, index === 0 ? 'trace' : '$1s')}.v1.${services[index]}/Export`;

/** Over gRPC; where the endpoint has no scheme, `INSECURE` says that there is no TLS. */
const grpc: readonly Row[] = [
  {
    variable: `${prefix}_PROTOCOL`,
    value: 'gRPC',
    with: { [`${prefix}_ENDPOINT`]: 'http://{GRPC}' },
    before: startGrpcSink,
    see: (seen) => assert.deepEqual(sinkPaths(seen), [0, 1, 2].map(grpcPath).sort()),
  },
  {
    variable: `${prefix}_INSECURE`,
    value: 'true',
    with: { [`${prefix}_ENDPOINT`]: '{GRPC}', [`${prefix}_PROTOCOL`]: 'grpc' },
    before: startGrpcSink,
    see: (seen) => assert.deepEqual(sinkPaths(seen), [0, 1, 2].map(grpcPath).sort()),
  },
  ...signals.map((signal, index): Row => {
    const own = `${prefix}_${signal.toUpperCase()}`;
    return {
      variable: `${own}_PROTOCOL`,
      value: 'grpc',
      with: { [`${own}_ENDPOINT`]: '{GRPC}', [`${own}_INSECURE`]: 'true' },
      also: [`${own}_INSECURE`],
      before: startGrpcSink,
      see(seen) {
        assert.deepEqual(sinkPaths(seen), [grpcPath(index)]);
        assert.deepEqual(
          receivedPaths(seen),
          paths.filter((path) => path !== `/v1/${signal}`),
        );
      },
    };
  }),
];

const atOnce = {
  OTEL_BSP_SCHEDULE_DELAY: '10',
  OTEL_BLRP_SCHEDULE_DELAY: '10',
  OTEL_METRIC_EXPORT_INTERVAL: '100',
};

/** A server that never answers: the request is given up long before the usual 10 s. */
const timeouts: readonly Row[] = ['', ...signals].map((signal): Row => {
  const general = signal === '';
  return {
    variable: general ? `${prefix}_TIMEOUT` : `${prefix}_${signal.toUpperCase()}_TIMEOUT`,
    value: '100',
    with: {
      ...toSink,
      ...atOnce,
      OTEL_NODE_EXIT_TIMEOUT: '0',
      ...(!general && { [`${prefix}_TIMEOUT`]: '60000' }),
    },
    before: (t) => startSink(t, true),
    async during(_receiver, { sink }) {
      const wanted = new Set(general ? paths : [`/v1/${signal}`]);
      while (wanted.size > 0) {
        const [path] = await once(sink!.events, 'aborted', inTime());
        assert.ok(general || path === `/v1/${signal}`, path);
        wanted.delete(path);
      }
    },
    says: 'anything',
  };
});

/** Over TLS, with certificates of both sides. */
const tls: readonly Row[] = ['', ...signals].map((signal): Row => {
  const general = signal === '';
  const own = general ? prefix : `${prefix}_${signal.toUpperCase()}`;
  return {
    variable: `${own}_CERTIFICATE`,
    value: '{CA}',
    with: {
      [`${own}_ENDPOINT`]: general ? '{SINK}' : `{SINK}/v1/${signal}`,
      [`${own}_CLIENT_KEY`]: '{KEY}',
      [`${own}_CLIENT_CERTIFICATE`]: '{CERT}',
    },
    also: [`${own}_CLIENT_KEY`, `${own}_CLIENT_CERTIFICATE`],
    before: startTlsSink,
    see: ({ sink }) =>
      assert.deepEqual(
        byPath(sink, ({ client }) => client),
        general ? but('', undefined, 'client') : { [`/v1/${signal}`]: 'client' },
      ),
  };
});

export const otlp: readonly Row[] = [...endpoints, ...inHeaders, ...grpc, ...timeouts, ...tls];
