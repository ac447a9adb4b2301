import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Given, type Row, SERVER, type Seen, span } from '../row';
import { startSink } from '../sink';

const remote = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };
const traceparent = `00-${remote.trace}-${remote.span}-01`;

const scopes = ({ spans, metrics }: Seen) =>
  [...new Set([...spans, ...metrics].map(({ scope }) => scope.name))].sort();

const resource: readonly Row[] = [
  {
    variable: 'OTEL_NODE_RESOURCE_DETECTORS',
    value: 'env, OS',
    with: { OTEL_RESOURCE_ATTRIBUTES: 'team=shop' },
    see(seen) {
      const { resource } = span(seen, 'outer');
      const kinds = new Set(Object.keys(resource).map((key) => key.split('.')[0]));
      assert.deepEqual([...kinds].sort(), ['os', 'service', 'team', 'telemetry']);
    },
  },
];

const instrumentations: readonly Row[] = [
  {
    variable: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    value: 'http, runtime-node',
    requests: [{ path: '/' }],
    see: (seen) =>
      assert.deepEqual(scopes(seen), ['otel-instrument/http', 'otel-instrument/runtime-node', 'shop']),
  },
  {
    variable: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    value: '*',
    requests: [{ path: '/' }],
    see: (seen) =>
      assert.deepEqual(scopes(seen), [
        'otel-instrument/http',
        'otel-instrument/process-metrics',
        'otel-instrument/runtime-node',
        'shop',
      ]),
  },
  {
    variable: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    value: 'http',
    with: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,runtime-node' },
    requests: [{ path: '/' }],
    see: (seen) => assert.deepEqual(scopes(seen), ['otel-instrument/runtime-node', 'shop']),
  },
  {
    variable: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    value: '*',
    requests: [{ path: '/' }],
    see: (seen) => assert.deepEqual(scopes(seen), ['shop']),
  },
];

/** What the shop got in the request that it made to itself. */
const handedOn = ({ printed }: Seen) => {
  const { traceparent, baggage } = printed.find(({ path }) => path === '/inside')!;
  return [traceparent !== undefined, baggage];
};

/** The server's span of a request that came with a trace: of which trace it is, and how many links it has. */
const continued = (seen: Seen) => {
  const { traceId, parentSpanId, links } = seen.spans.find(({ kind }) => kind === SERVER)!;
  return {
    isChild: traceId === remote.trace && parentSpanId === remote.span,
    links: links.map(({ context }) => context.spanId),
  };
};

const parents: Readonly<Record<string, ReturnType<typeof continued>>> = {
  trust: { isChild: true, links: [] },
  link: { isChild: false, links: [remote.span] },
  ignore: { isChild: false, links: [] },
};

/** Whether the trace that came with the variables of the process is continued. */
const carriers: Readonly<Record<string, boolean>> = { in: true, out: false, 'in,out': true, none: false };

const context: readonly Row[] = [
  {
    variable: 'OTEL_NODE_PROPAGATION_HOSTS',
    value: 'api.example.com',
    with: { INSIDE: 'yes' },
    see: (seen) => assert.deepEqual(handedOn(seen), [false, undefined]),
  },
  {
    variable: 'OTEL_NODE_PROPAGATION_HOSTS',
    value: '127.0.0.*',
    with: { INSIDE: 'yes' },
    see: (seen) => assert.deepEqual(handedOn(seen), [true, 'user=ann']),
  },
  ...Object.entries(parents).map(
    ([value, expected]): Row => ({
      variable: 'OTEL_NODE_REMOTE_PARENT',
      value,
      requests: [{ path: '/', headers: { traceparent } }],
      see: (seen) => assert.deepEqual(continued(seen), expected),
    }),
  ),
  ...Object.entries(carriers).map(
    ([value, isContinued]): Row => ({
      variable: 'OTEL_NODE_ENV_CARRIER',
      value,
      with: { TRACEPARENT: traceparent },
      see: (seen) => assert.equal(span(seen, 'outer').traceId === remote.trace, isContinued),
    }),
  ),
];

const files: readonly Row[] = [
  {
    variable: 'OTEL_NODE_EXPORTER_FILE',
    value: '{DIRECTORY}/shop.jsonl',
    with: {
      OTEL_TRACES_EXPORTER: 'otlp/file',
      OTEL_METRICS_EXPORTER: 'otlp/file',
      OTEL_LOGS_EXPORTER: 'otlp/file',
    },
    also: ['OTEL_TRACES_EXPORTER', 'OTEL_METRICS_EXPORTER', 'OTEL_LOGS_EXPORTER'],
    before: directory,
    see({ given, requests }) {
      assert.deepEqual(requests, []);
      const read = (signal: string) =>
        JSON.parse(readFileSync(`${given.env.DIRECTORY}/shop.${signal}.jsonl`, 'utf8'));
      assert.ok(read('traces').resourceSpans);
      assert.ok(read('metrics').resourceMetrics);
      assert.ok(read('logs').resourceLogs);
    },
  },
  {
    variable: 'OTEL_NODE_SPOOL_DIRECTORY',
    value: '{DIRECTORY}',
    with: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_NODE_EXIT_TIMEOUT: '500' },
    before: directory,
    says: [/^log records kept in files/, /^spans kept in files/, /^metrics kept in files/],
    see: ({ given }) => assert.equal(readdirSync(given.env.DIRECTORY!, { recursive: true }).length > 2, true),
  },
  {
    variable: 'OTEL_NODE_SPOOL_MAX_BYTES',
    value: '10',
    with: {
      OTEL_NODE_SPOOL_DIRECTORY: '{DIRECTORY}',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_NODE_EXIT_TIMEOUT: '500',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    },
    before: directory,
    says: [/^spans not delivered to /],
  },
];

async function directory(t: TestContext): Promise<Given> {
  const path = mkdtempSync(join(tmpdir(), 'otel-instrument-settings-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return { env: { DIRECTORY: path } };
}

/** A collector that answers nothing holds the end of the process up for as long. */
const endings: readonly Row[] = [
  { value: '0', least: 0, most: 4500 },
  { value: '2000', least: 2000, most: 60_000 },
].map(
  ({ value, least, most }): Row => ({
    variable: 'OTEL_NODE_EXIT_TIMEOUT',
    value,
    with: {
      OTEL_EXPORTER_OTLP_ENDPOINT: '{SINK}',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    },
    before: (t) => startSink(t, true),
    says: [/^spans not delivered to .*OTEL_NODE_EXIT_TIMEOUT is over/],
    see({ durationMillis }) {
      assert.ok(durationMillis >= least && durationMillis < most, `${durationMillis} ms`);
    },
  }),
);

export const node: readonly Row[] = [...resource, ...instrumentations, ...context, ...files, ...endings];
