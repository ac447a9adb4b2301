import assert from 'node:assert/strict';
import { type Row, SERVER, type Seen, span } from '../row';
import { startSink } from '../sink';

const service = (name: string) => (seen: Seen) =>
  assert.equal(span(seen, 'outer').resource['service.name'], name);

/** The launcher's flags: a sample, since all come from the one table. A flag is stronger than the variable, and that than the default. */
export const precedence: readonly Row[] = [
  {
    variable: 'OTEL_SERVICE_NAME',
    value: 'variable',
    flags: ['--service_name', 'flag'],
    see: service('flag'),
  },
  { variable: 'OTEL_SERVICE_NAME', value: 'variable', flags: ['--log-level=warn'], see: service('variable') },
  {
    variable: 'OTEL_RESOURCE_ATTRIBUTES',
    value: 'service.name=attribute',
    flags: ['--otel-service-name=flag'],
    see: service('flag'),
  },
  {
    variable: 'OTEL_TRACES_SAMPLER',
    value: 'always_on',
    flags: ['--traces_sampler', 'always_off', '--metrics_exporter=none'],
    see: ({ requests }) =>
      assert.deepEqual(
        requests.map(({ path }) => path),
        ['/v1/logs'],
      ),
  },
  {
    variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT',
    value: '1',
    flags: ['--span_event_count_limit', '2'],
    see: (seen) => assert.equal(span(seen, 'outer').events.length, 2),
  },
  {
    variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT',
    value: '1',
    flags: ['--span_event_count_limit', 'x'],
    // A flag that is wrong does not bring the variable back.
    says: ['OTEL_SPAN_EVENT_COUNT_LIMIT: expected a non-negative integer, got "x"; using 128'],
    see: (seen) => assert.equal(span(seen, 'outer').events.length, 4),
  },
  {
    variable: 'OTEL_EXPORTER_OTLP_HEADERS',
    value: 'x-from=variable',
    flags: ['--exporter_otlp_endpoint', '{SINK}', '--exporter_otlp_traces_headers', 'x-from=flag'],
    before: (t) => startSink(t),
    see: ({ sink }) =>
      assert.deepEqual(Object.fromEntries(sink.map(({ path, headers }) => [path, headers['x-from']])), {
        '/v1/logs': 'variable',
        '/v1/metrics': 'variable',
        '/v1/traces': 'flag',
      }),
  },
  {
    variable: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    value: 'http',
    flags: ['--disabled_instrumentations', 'runtime-node'],
    requests: [{}],
    see({ spans, metrics }) {
      assert.ok(spans.some(({ kind }) => kind === SERVER));
      assert.ok(!metrics.some(({ scope }) => scope.name === 'otel-instrument/runtime-node'));
    },
  },
  {
    variable: 'OTEL_INSTRUMENTATION_HTTP_ENABLED',
    value: 'true',
    flags: ['--instrumentation-http-enabled', 'false'],
    requests: [{}],
    see: ({ spans }) => assert.ok(!spans.some(({ kind }) => kind === SERVER)),
  },
  {
    variable: 'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST',
    value: 'x-python',
    flags: ['--instrumentation_http_server_capture_request_headers=x-java'],
    requests: [{ headers: { 'x-java': '1', 'x-python': '2' } }],
    see({ spans }) {
      const { attributes } = spans.find(({ kind }) => kind === SERVER)!;
      const captured = Object.keys(attributes).filter((key) => key.includes('.header.'));
      assert.deepEqual(captured, ['http.request.header.x-java']);
    },
  },
];
