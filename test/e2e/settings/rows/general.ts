import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Given, type Row, type Seen, span } from '../row';

/** Names of the headers by which context is handed on. */
const carrier = ({ printed }: Seen) =>
  Object.keys(printed.find((line) => line.carrier !== undefined)!.carrier).sort();

const propagators: Readonly<Record<string, readonly string[]>> = {
  tracecontext: ['traceparent'],
  baggage: ['baggage'],
  b3: ['b3'],
  b3multi: ['x-b3-sampled', 'x-b3-spanid', 'x-b3-traceid'],
  jaeger: ['uber-trace-id', 'uberctx-user'],
  ottrace: ['ot-baggage-user', 'ot-tracer-sampled', 'ot-tracer-spanid', 'ot-tracer-traceid'],
  xray: ['x-amzn-trace-id'],
  none: [],
  'B3, TraceContext': ['b3', 'traceparent'],
};

/** One thing to say at each level: a wrong setting (warn), spans that are kept for later (info), counters (debug). */
const said = {
  warn: /^OTEL_BSP_SCHEDULE_DELAY: expected .*, got "x"; using 5000$/,
  info: /^spans kept in files for the next run/,
  debug: /^spans by fate: /,
};
const levels: Readonly<Record<string, readonly RegExp[]>> = {
  none: [],
  error: [],
  warn: [said.warn],
  info: [said.warn, said.info],
  debug: [said.warn, said.info, said.debug],
  verbose: [said.warn, said.info, said.debug],
  all: [said.warn, said.info, said.debug],
};

export const general: readonly Row[] = [
  {
    variable: 'OTEL_SDK_DISABLED',
    value: 'True',
    see(seen) {
      assert.deepEqual(seen.requests, []);
      assert.deepEqual(carrier(seen), []);
    },
  },
  {
    variable: 'OTEL_SERVICE_NAME',
    value: 'checkout',
    see: (seen) => assertResource(seen, 'service.name', 'checkout'),
  },
  {
    variable: 'OTEL_RESOURCE_ATTRIBUTES',
    value: 'team=gr%C3%BCn,service.name=checkout',
    see(seen) {
      assertResource(seen, 'team', 'grün');
      assertResource(seen, 'service.name', 'checkout');
    },
  },
  {
    variable: 'OTEL_ENTITIES',
    value:
      'service{service.name=checkout}[service.version=9];host{};shop{shop.id=a%2Cb}[team=red,color=blau%3B]@https://example.com/1.0',
    with: {
      OTEL_RESOURCE_ATTRIBUTES: 'team=green',
      OTEL_TRACES_EXPORTER: 'otlp,otlp/stdout',
      OTEL_METRICS_EXPORTER: 'otlp,otlp/stdout',
      OTEL_LOGS_EXPORTER: 'otlp,otlp/stdout',
    },
    says: [
      'OTEL_ENTITIES: expected type{key=value,...}[key=value,...]@schema_url, got "host{}"; using service{service.name=checkout}[service.version=9];shop{shop.id=a%2Cb}[team=red,color=blau%3B]@https://example.com/1.0',
    ],
    see(seen) {
      const expected = {
        'service.name': 'checkout',
        'service.version': '9',
        'shop.id': 'a,b',
        color: 'blau;',
      };
      // What OTEL_RESOURCE_ATTRIBUTES says is stronger, and no more a part of the entity.
      for (const [key, value] of Object.entries({ ...expected, team: 'green' }))
        assertResource(seen, key, value);
      for (const resources of ['resourceSpans', 'resourceMetrics', 'resourceLogs']) {
        const line = seen.printed.find((each) => each[resources] !== undefined);
        assert.deepEqual(line![resources][0].resource.entityRefs, [
          { type: 'service', idKeys: ['service.name'], descriptionKeys: ['service.version'] },
          {
            schemaUrl: 'https://example.com/1.0',
            type: 'shop',
            idKeys: ['shop.id'],
            descriptionKeys: ['color'],
          },
        ]);
      }
    },
  },
  ...Object.entries(levels).map(
    ([value, says]): Row => ({
      variable: 'OTEL_LOG_LEVEL',
      value,
      with: {
        OTEL_BSP_SCHEDULE_DELAY: 'x',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        OTEL_NODE_EXIT_TIMEOUT: '500',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
      },
      before: spoolDirectory,
      says,
    }),
  ),
  ...Object.entries(propagators).map(
    ([value, names]): Row => ({
      variable: 'OTEL_PROPAGATORS',
      value,
      see: (seen) => assert.deepEqual(carrier(seen), names),
    }),
  ),
  {
    variable: 'OTEL_ATTRIBUTE_COUNT_LIMIT',
    value: '1',
    see({ spans, records }) {
      for (const owner of [span({ spans }, 'outer'), records[0]!]) {
        assert.deepEqual(owner.attributes, { first: 'abcdefgh' });
        assert.equal(owner.droppedAttributesCount, 2);
      }
    },
  },
  {
    variable: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    value: '3',
    see({ spans, records }) {
      const cut = { first: 'abc', second: ['ijk', 'q'], third: 3 };
      assert.deepEqual(span({ spans }, 'outer').attributes, cut);
      assert.deepEqual(records[0]!.attributes, cut);
    },
  },
];

function assertResource({ spans, records, metrics }: Seen, key: string, value: string): void {
  for (const item of [spans, records, metrics]) assert.equal(item[0]?.resource[key], value);
}

async function spoolDirectory(t: TestContext): Promise<Given> {
  const directory = mkdtempSync(join(tmpdir(), 'otel-instrument-settings-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return { env: { OTEL_NODE_SPOOL_DIRECTORY: directory } };
}
