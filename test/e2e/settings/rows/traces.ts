import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Row, SERVER, type Seen, span } from '../row';
import { startSink } from '../sink';

const named = (seen: Seen) => seen.spans.map(({ name }) => name).sort();

/** Lines of OTLP on standard output. */
const lines = ({ printed }: Seen, part: string) => printed.filter((line) => part in line);

const exporters: readonly Row[] = [
  {
    variable: 'OTEL_TRACES_EXPORTER',
    value: 'otlp',
    see: (seen) => assert.deepEqual(named(seen), ['inner 0', 'outer']),
  },
  {
    variable: 'OTEL_TRACES_EXPORTER',
    value: 'none',
    see(seen) {
      assert.deepEqual(seen.requests.map(({ path }) => path).sort(), ['/v1/logs', '/v1/metrics']);
      assert.equal(seen.printed.length, 1);
    },
  },
  {
    variable: 'OTEL_TRACES_EXPORTER',
    value: 'otlp/stdout',
    see(seen) {
      assert.deepEqual(seen.spans, []);
      assert.equal(lines(seen, 'resourceSpans').length, 1);
    },
  },
  {
    variable: 'OTEL_TRACES_EXPORTER',
    value: 'console,OTLP',
    see(seen) {
      assert.match(seen.stdout, /outer.*\n.*inner 0/);
      assert.equal(seen.spans.length, 2);
    },
  },
  {
    variable: 'OTEL_TRACES_EXPORTER',
    value: 'zipkin,otlp',
    with: { OTEL_EXPORTER_ZIPKIN_ENDPOINT: '{SINK}/spans' },
    also: ['OTEL_EXPORTER_ZIPKIN_ENDPOINT'],
    before: (t) => startSink(t),
    see({ spans, sink }) {
      assert.deepEqual(
        sink.map(({ path }) => path),
        ['/spans'],
      );
      assert.deepEqual(
        JSON.parse(String(sink[0]!.body))
          .map(({ name }: { name: string }) => name)
          .sort(),
        ['inner 0', 'outer'],
      );
      assert.equal(spans.length, 2);
    },
  },
  {
    variable: 'OTEL_EXPORTER_ZIPKIN_TIMEOUT',
    value: '100',
    with: {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: '{SINK}/spans',
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_NODE_EXIT_TIMEOUT: '0',
    },
    before: (t) => startSink(t, true),
    during: (_receiver, given) => once(given.sink!.events, 'aborted', inTime()),
    says: 'anything',
  },
];

/** Longer than what is waited for takes, shorter than it would take by the default, 10 s or more. */
export const inTime = () => ({ signal: AbortSignal.timeout(8_000) });

const parent = (flags: string) => `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`;

/** A root of its own, and servers below a parent that is sampled and one that is not. */
const decided = ({ spans }: Seen) => ({
  root: spans.some(({ name }) => name === 'outer'),
  sampled: spans.some(({ kind, attributes }) => kind === SERVER && attributes['url.path'] === '/sampled'),
  unsampled: spans.some(({ kind, attributes }) => kind === SERVER && attributes['url.path'] === '/unsampled'),
});

interface SamplerCase {
  readonly argument?: string;
  readonly is: ReturnType<typeof decided>;
  readonly says?: Row['says'];
}

const samplers: Readonly<Record<string, SamplerCase>> = {
  always_on: { is: { root: true, sampled: true, unsampled: true } },
  always_off: { is: { root: false, sampled: false, unsampled: false } },
  traceidratio: {
    argument: '0',
    is: { root: false, sampled: false, unsampled: false },
    // Once, though there are two such requests.
    says: [
      'the sampler traceidratio decides about spans with parents, where SDKs differ and may yet change; use parentbased_traceidratio to follow the parents, or probability',
    ],
  },
  probability: { argument: '1', is: { root: true, sampled: true, unsampled: true } },
  ratelimiting: { argument: '1000', is: { root: true, sampled: true, unsampled: true } },
  parentbased_always_on: { is: { root: true, sampled: true, unsampled: false } },
  parentbased_always_off: { is: { root: false, sampled: true, unsampled: false } },
  parentbased_traceidratio: { argument: '0', is: { root: false, sampled: true, unsampled: false } },
  parentbased_probability: { argument: '0', is: { root: false, sampled: true, unsampled: false } },
  parentbased_ratelimiting: { argument: '0.001', is: { root: false, sampled: true, unsampled: false } },
  Parentbased_Always_On: { is: { root: true, sampled: true, unsampled: false } },
  rules: {
    argument: 'parent=remote path=/unsampled -> on',
    is: { root: true, sampled: true, unsampled: true },
  },
};

const sampling = Object.entries(samplers).map(
  ([value, { argument, is, says = [] }]): Row => ({
    variable: 'OTEL_TRACES_SAMPLER',
    value,
    says,
    with: argument === undefined ? {} : { OTEL_TRACES_SAMPLER_ARG: argument },
    also: ['OTEL_TRACES_SAMPLER_ARG'],
    requests: [
      { path: '/sampled', headers: { traceparent: parent('01') } },
      { path: '/unsampled', headers: { traceparent: parent('00') } },
    ],
    see: (seen) => assert.deepEqual(decided(seen), is),
  }),
);

const batches: readonly Row[] = [
  {
    variable: 'OTEL_BSP_SCHEDULE_DELAY',
    value: '20',
    // The program is still running.
    async during(receiver) {
      const spans = await receiver.waitForSpans(2);
      const delayMillis = Date.now() - Number(spans[0]!.endTimeUnixNano / 1_000_000n);
      assert.ok(delayMillis < 4_000, `${delayMillis} ms; the default is 5 s`);
    },
  },
  {
    variable: 'OTEL_BSP_MAX_QUEUE_SIZE',
    value: '3',
    with: { SPANS: '10' },
    says: ['spans are dropped: they come faster than they are sent'],
    see: ({ spans }) => assert.equal(spans.length, 3),
  },
  {
    variable: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    value: '2',
    with: { SPANS: '5' },
    see: (seen) => assert.deepEqual(sizes(seen), [2, 2, 2]),
  },
  {
    variable: 'OTEL_BSP_EXPORT_TIMEOUT',
    value: '100',
    with: {
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '{SINK}/v1/traces',
      OTEL_NODE_EXIT_TIMEOUT: '0',
    },
    before: (t) => startSink(t, true),
    during: (_receiver, given) => once(given.sink!.events, 'aborted', inTime()),
    says: 'anything',
  },
];

const sizes = ({ requests }: Seen) =>
  requests.filter(({ path }) => path === '/v1/traces').map(({ spans }) => spans.length);

const limits: readonly Row[] = [
  {
    variable: 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
    value: '2',
    with: { OTEL_ATTRIBUTE_COUNT_LIMIT: '1' },
    see({ spans, records }) {
      assert.deepEqual(Object.keys(span({ spans }, 'outer').attributes), ['first', 'second']);
      assert.equal(span({ spans }, 'outer').droppedAttributesCount, 1);
      assert.deepEqual(Object.keys(records[0]!.attributes), ['first']);
    },
  },
  {
    variable: 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    value: '5',
    with: { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2' },
    see({ spans, records }) {
      const outer = span({ spans }, 'outer');
      for (const { attributes } of [outer, outer.events[0]!, outer.links[0]!])
        assert.deepEqual(attributes, { first: 'abcde', second: ['ijklm', 'q'], third: 3 });
      assert.equal(records[0]!.attributes.first, 'ab');
    },
  },
  {
    variable: 'OTEL_SPAN_EVENT_COUNT_LIMIT',
    value: '2',
    see(seen) {
      const { events, droppedEventsCount } = span(seen, 'outer');
      assert.equal(events.length, 2);
      // The third, and the exception.
      assert.equal(droppedEventsCount, 2);
    },
  },
  {
    variable: 'OTEL_SPAN_LINK_COUNT_LIMIT',
    value: '0',
    see(seen) {
      const { links, droppedLinksCount } = span(seen, 'outer');
      assert.deepEqual(links, []);
      assert.equal(droppedLinksCount, 3);
    },
  },
  // The second name is what the SDK for JavaScript once called it.
  ...['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT'].map(
    (variable): Row => ({
      variable,
      value: '1',
      see(seen) {
        const { events, links, attributes } = span(seen, 'outer');
        assert.deepEqual(events[0]!.attributes, { first: 'abcdefgh' });
        assert.equal(Object.keys(links[0]!.attributes!).length, 3);
        assert.equal(Object.keys(attributes).length, 3);
      },
    }),
  ),
  ...['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT'].map(
    (variable): Row => ({
      variable,
      value: '1',
      see(seen) {
        const { events, links } = span(seen, 'outer');
        assert.deepEqual(links[0]!.attributes, { first: 'abcdefgh' });
        assert.equal(Object.keys(events[0]!.attributes!).length, 3);
      },
    }),
  ),
];

export const traces: readonly Row[] = [...exporters, ...sampling, ...batches, ...limits];
