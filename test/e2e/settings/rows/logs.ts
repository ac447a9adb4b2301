import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Row, type Seen, span } from '../row';
import { startSink } from '../sink';
import { inTime } from './traces';

const bodies = ({ records }: Seen) => records.map(({ body }) => body);

const exporters: readonly Row[] = [
  {
    variable: 'OTEL_LOGS_EXPORTER',
    value: 'otlp',
    see: (seen) => assert.deepEqual(bodies(seen), ['record 0']),
  },
  {
    variable: 'OTEL_LOGS_EXPORTER',
    value: 'none',
    see: ({ requests }) =>
      assert.deepEqual(requests.map(({ path }) => path).sort(), ['/v1/metrics', '/v1/traces']),
  },
  {
    variable: 'OTEL_LOGS_EXPORTER',
    value: 'otlp/stdout',
    see({ printed, records }) {
      assert.deepEqual(records, []);
      assert.equal(printed.filter((line) => 'resourceLogs' in line).length, 1);
    },
  },
  {
    variable: 'OTEL_LOGS_EXPORTER',
    value: 'console,otlp',
    see(seen) {
      assert.match(seen.stdout, /record 0/);
      assert.deepEqual(bodies(seen), ['record 0']);
    },
  },
];

const batches: readonly Row[] = [
  {
    variable: 'OTEL_BLRP_SCHEDULE_DELAY',
    value: '60000',
    // By the default of 1 s the record would be there before the spans.
    with: { OTEL_BSP_SCHEDULE_DELAY: '2000' },
    async during(receiver) {
      await receiver.waitForSpans(2);
      assert.deepEqual(receiver.records, []);
    },
    see: (seen) => assert.deepEqual(bodies(seen), ['record 0']),
  },
  {
    variable: 'OTEL_BLRP_MAX_QUEUE_SIZE',
    value: '3',
    with: { RECORDS: '10' },
    says: ['log records are dropped: they come faster than they are sent'],
    see: (seen) => assert.deepEqual(bodies(seen), ['record 0', 'record 1', 'record 2']),
  },
  {
    variable: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
    value: '2',
    with: { RECORDS: '5' },
    see: ({ requests }) =>
      assert.deepEqual(
        requests.filter(({ path }) => path === '/v1/logs').map(({ records }) => records.length),
        [2, 2, 1],
      ),
  },
  {
    variable: 'OTEL_BLRP_EXPORT_TIMEOUT',
    value: '100',
    with: {
      OTEL_BLRP_SCHEDULE_DELAY: '10',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: '{SINK}/v1/logs',
      OTEL_NODE_EXIT_TIMEOUT: '0',
    },
    before: (t) => startSink(t, true),
    during: (_receiver, given) => once(given.sink!.events, 'aborted', inTime()),
    says: 'anything',
  },
];

const limits: readonly Row[] = [
  {
    variable: 'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
    value: '2',
    with: { OTEL_ATTRIBUTE_COUNT_LIMIT: '1' },
    see({ spans, records }) {
      assert.deepEqual(Object.keys(records[0]!.attributes), ['first', 'second']);
      assert.equal(records[0]!.droppedAttributesCount, 1);
      assert.deepEqual(Object.keys(span({ spans }, 'outer').attributes), ['first']);
    },
  },
  {
    variable: 'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    value: '5',
    with: { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2' },
    see({ spans, records }) {
      assert.deepEqual(records[0]!.attributes, { first: 'abcde', second: ['ijklm', 'q'], third: 3 });
      assert.equal(span({ spans }, 'outer').attributes.first, 'ab');
    },
  },
];

/** Where an exception of a span is: an event of the span, a log record. */
const exceptions = (seen: Seen) => [
  span(seen, 'outer').events.filter(({ name }) => name === 'exception').length,
  seen.records.filter(({ attributes }) => attributes['exception.message'] === 'sold out').length,
];

const signals: Readonly<Record<string, readonly [events: number, records: number]>> = {
  logs: [0, 1],
  'logs/dup': [1, 1],
};

export const logs: readonly Row[] = [
  ...exporters,
  ...batches,
  ...limits,
  ...Object.entries(signals).map(
    ([value, expected]): Row => ({
      variable: 'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN',
      value,
      see: (seen) => assert.deepEqual(exceptions(seen), expected),
    }),
  ),
];
