import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { versionSets } from '../../../harness/version-sets';
import { type Row, SERVER, type Seen, span } from '../row';

/**
 * How values are read (OpenTelemetry specification, "Environment Variable Specification", "Type-specific guidance"): what is not accepted gives one
 * line, and the default.
 */
const events = (expected: number) => (seen: Seen) =>
  assert.equal(span(seen, 'outer').events.length, expected);
const service = (name: string) => (seen: Seen) =>
  assert.equal(span(seen, 'outer').resource['service.name'], name);
const carrier =
  (...names: string[]) =>
  (seen: Seen) =>
    assert.deepEqual(Object.keys(seen.printed.at(-1)!.carrier), names);

/** The name in the package.json beside the program. */
const ownName = basename(versionSets('api').at(-1)!.directory);

const emptiness: readonly Row[] = [
  { variable: 'OTEL_SERVICE_NAME', value: '', see: service(ownName) },
  { variable: 'OTEL_SERVICE_NAME', value: ' \t', see: service(ownName) },
  { variable: 'OTEL_SERVICE_NAME', value: '  two words ', see: service('two words') },
  { variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT', value: '', see: events(4) },
  { variable: 'OTEL_PROPAGATORS', value: ' ', see: carrier('traceparent', 'baggage') },
];

const numbers: readonly Row[] = [
  { variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT', value: ' 2 ', see: events(2) },
  { variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT', value: '0', see: events(0) },
  ...['-1', '1.5', '1e0', '0x2', 'two', '2;', '99999999999999999999'].map(
    (value): Row => ({
      variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT',
      value,
      says: [`OTEL_SPAN_EVENT_COUNT_LIMIT: expected a non-negative integer, got "${value}"; using 128`],
      see: events(4),
    }),
  ),
];

const words: readonly Row[] = [
  { variable: 'OTEL_SDK_DISABLED', value: 'TrUe', see: ({ requests }) => assert.deepEqual(requests, []) },
  ...['1', 'yes'].map(
    (value): Row => ({
      variable: 'OTEL_SDK_DISABLED',
      value,
      says: [`OTEL_SDK_DISABLED: expected true or false, got "${value}"; using false`],
      see: events(4),
    }),
  ),
  {
    variable: 'OTEL_NODE_REMOTE_PARENT',
    value: 'LINK',
    requests: [{ headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } }],
    see: ({ spans }) => assert.equal(spans.find(({ kind }) => kind === SERVER)!.links.length, 1),
  },
  {
    variable: 'OTEL_TRACES_SAMPLER',
    value: 'always-off',
    says: [
      /^OTEL_TRACES_SAMPLER: expected always_on, .*, got "always-off"; using parentbased_always_on; did you mean always_off\?$/,
    ],
    see: events(4),
  },
];

/** What is known of a list stays; a mistake in pairs that belong together discards all of them. */
const lists: readonly Row[] = [
  { variable: 'OTEL_PROPAGATORS', value: ',b3, B3 ,', see: carrier('b3') },
  {
    variable: 'OTEL_PROPAGATORS',
    value: 'b3,b4',
    says: [/^OTEL_PROPAGATORS: expected a list of .*, got "b4"; using b3$/],
    see: carrier('b3'),
  },
  {
    variable: 'OTEL_PROPAGATORS',
    value: 'b4',
    says: [/^OTEL_PROPAGATORS: .*, got "b4"; using tracecontext,baggage$/],
    see: carrier('traceparent', 'baggage'),
  },
  {
    variable: 'OTEL_PROPAGATORS',
    value: 'none,b3',
    says: ['OTEL_PROPAGATORS: expected none to stand alone, got "none,b3"; using none'],
    see: carrier(),
  },
  {
    variable: 'OTEL_RESOURCE_ATTRIBUTES',
    value: 'team=shop,service.name',
    says: [
      'OTEL_RESOURCE_ATTRIBUTES: expected percent-encoded key=value pairs, got "service.name"; using none',
    ],
    see: (seen) => assert.equal(span(seen, 'outer').resource.team, undefined),
  },
  {
    variable: 'OTEL_EXPORTER_OTLP_HEADERS',
    value: 'x-a=1,secret,x-b=%',
    says: [
      'OTEL_EXPORTER_OTLP_HEADERS: expected name=value pairs with percent-encoded values, got something else at position 2, 3; using x-a',
    ],
    see: ({ requests }) =>
      assert.ok(requests.every(({ headers }) => headers['x-a'] === '1' && !headers['x-b'])),
  },
  {
    variable: 'OTEL_NODE_EXCLUDED_URLS',
    value: '(,^/health',
    requests: [{ path: '/health' }],
    says: [/^OTEL_NODE_EXCLUDED_URLS: expected a list of regular expressions, got "\("; using /],
    see: ({ spans }) => assert.ok(!spans.some(({ kind }) => kind === SERVER)),
  },
  {
    variable: 'OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING',
    value: '127.0.0.1=shop,other',
    requests: [{}],
    says: [
      'OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING: expected host=service pairs, got "other"; using 127.0.0.1',
    ],
    see: ({ spans }) =>
      assert.ok(spans.some(({ attributes }) => attributes['server.service.name'] === 'shop')),
  },
];

export const typing: readonly Row[] = [...emptiness, ...numbers, ...words, ...lists];
