import assert from 'node:assert/strict';
import { CLIENT, program, type Row, type Seen } from '../row';

/** Libraries whose own program needs no server. What it does for all that there are is one line of src/start.ts. */
const libraries = [
  'bunyan',
  'console',
  'express',
  'fastify',
  'hono',
  'host-metrics',
  'http',
  'http2',
  'koa',
  'log4js',
  'nestjs-logger',
  'pino',
  'process-metrics',
  'runtime-node',
  'undici',
  'winston',
] as const;

/** Frameworks have no spans of their own: they tell the route. */
const frameworks: readonly string[] = ['express', 'fastify', 'hono', 'koa'];
const measuring: readonly string[] = ['host-metrics', 'process-metrics', 'runtime-node'];

function isSeen({ spans, records, metrics }: Seen, library: string): boolean {
  if (frameworks.includes(library)) return spans.some(({ attributes }) => 'http.route' in attributes);
  return [...spans, ...records, ...metrics].some(({ scope }) => scope.name === `otel-instrument/${library}`);
}

const enabled = libraries.flatMap((library) =>
  [true, false].map(
    (isEnabled): Row => ({
      variable: `${prefix(library)}_ENABLED`,
      value: String(isEnabled),
      ...(!measuring.includes(library) && { program: () => program(library), args: [] }),
      see: (seen) => assert.equal(isSeen(seen, library), isEnabled),
    }),
  ),
);

function prefix(library: string): string {
  return `OTEL_INSTRUMENTATION_${library.toUpperCase().replaceAll('-', '_')}`;
}

/** One call for a request, and one on the program's own account. */
export const requireParent = (library: string, client: string, more?: Partial<Row>): Row[] =>
  [true, false].map((isRequired) => ({
    variable: `${prefix(library)}_REQUIRE_PARENT_SPAN`,
    value: String(isRequired),
    program: () => program('settings', library === 'http2' ? 'api' : library, 'calls.mjs'),
    args: [client],
    see({ spans }) {
      const made = spans.filter(
        ({ name, kind, scope }) =>
          kind === CLIENT && scope.name === `otel-instrument/${library}` && !/^quit/i.test(name),
      );
      assert.deepEqual(
        made.map(({ parentSpanId }) => parentSpanId !== undefined).sort(),
        isRequired ? [true] : [false, true],
      );
    },
    ...more,
  }));

/** Names of the fields in the records that the program writes. */
const logKeys: readonly Row[] = [
  {
    variable: 'OTEL_INSTRUMENTATION_COMMON_LOGGING_TRACE_ID_KEY',
    value: 'trace.id',
    with: {
      OTEL_INSTRUMENTATION_COMMON_LOGGING_SPAN_ID_KEY: 'span.id',
      OTEL_INSTRUMENTATION_COMMON_LOGGING_TRACE_FLAGS_KEY: 'flags',
    },
    also: [
      'OTEL_INSTRUMENTATION_COMMON_LOGGING_SPAN_ID_KEY',
      'OTEL_INSTRUMENTATION_COMMON_LOGGING_TRACE_FLAGS_KEY',
    ],
    program: () => program('pino'),
    args: [],
    see({ printed, spans }) {
      const record = printed.find(({ msg }) => msg === 'looked up Ann')!;
      const server = spans.find(({ spanId }) => spanId === record['span.id']);
      assert.equal(record['trace.id'], server?.traceId);
      assert.match(record.flags, /^0[13]$/);
      assert.ok(!('trace_id' in record || 'span_id' in record || 'trace_flags' in record));
    },
  },
];

export const options: readonly Row[] = [
  ...enabled,
  ...requireParent('undici', 'fetch'),
  ...requireParent('http2', 'http2'),
  ...logKeys,
];
