import { defaultTextMapGetter, defaultTextMapSetter } from '@opentelemetry/api';
import { encodeResource } from '../src/export/otlp/scoped-batch';
import { createTraceBatch } from '../src/export/otlp/trace-batch';
import { createQueue } from '../src/export/queue';
import { createHttpMetrics, httpServerMetrics } from '../src/kit/operations/http-metrics';
import { redisOperationName } from '../src/kit/sanitize/redis';
import { createSqlSanitizer, sanitizeSql } from '../src/kit/sanitize/sql';
import { createUrlRedactor } from '../src/kit/sanitize/url';
import { provideTelemetry, type Telemetry } from '../src/kit/telemetry';
import { rootContext } from '../src/sdk/context/context';
import { activeContext, runWithContext } from '../src/sdk/context/context-manager';
import { createMeterProvider } from '../src/sdk/metrics/meter-provider';
import { compositePropagator } from '../src/sdk/propagation/composite';
import { formatTraceparent, parseTraceparent } from '../src/sdk/propagation/traceparent';
import { w3cBaggage } from '../src/sdk/propagation/w3c-baggage';
import { w3cTraceContext } from '../src/sdk/propagation/w3c-trace-context';
import { spanKey } from '../src/sdk/trace/context-keys';
import { createTracerProvider } from '../src/sdk/trace/tracer-provider';
import { createSampler } from '../src/start/sampling';
import { defaultLimits } from '../test/harness/span-limits';
import { server, spanRecorder } from './record-span';

const resource = encodeResource({
  'service.name': 'bench',
  'telemetry.sdk.language': 'nodejs',
  'process.pid': 4711,
});
const queue = createQueue({
  createBatch: () => createTraceBatch(resource, 4 * 1024 * 1024),
  onTooLarge() {},
  mayKeep: true,
});

/** As the exporter does it, 512 to a request. */
const tracer = createTracerProvider({
  limits: defaultLimits,
  sampler: createSampler({ kind: 'parent_based', root: { kind: 'always_on' } }, () => ({})),
  passThrough: false,
  sink(span) {
    const isKept = queue.add(span);
    if (queue.currentCount >= 512) {
      queue.seal(true);
      queue.takeOldest();
    }
    return isKept;
  },
}).getTracer('otel-instrument/http', '1.0.0');

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const remote = parseTraceparent(traceparent)!;
const parentOf = (traceFlags: number) =>
  rootContext.setValue(spanKey, tracer.startSpan('parent', {}, contextOf({ ...remote, traceFlags })));
const sampledParent = parentOf(1);
const unsampledParent = parentOf(0);

function contextOf(spanContext: typeof remote) {
  return rootContext.setValue(spanKey, { spanContext: () => spanContext });
}

const propagator = compositePropagator([w3cTraceContext, w3cBaggage]);
const incoming = { traceparent, tracestate: 'vendor=1', baggage: 'user.tier=gold' };

const { redactUrl } = createUrlRedactor();
const sql = "SELECT id, name FROM users WHERE id = 42 AND name = 'Ada' ORDER BY created_at LIMIT 10";
const sanitizeKnownSql = createSqlSanitizer();

/** A histogram with the conventions' buckets for durations, and the attributes of a request. */
function createDurations(exemplarFilter: 'always_off' | 'trace_based') {
  const readers = [{ temporality: 'cumulative' }] as const;
  const histogram = createMeterProvider({ readers, exemplarFilter })
    .getMeter('otel-instrument/http')
    .createHistogram('http.server.request.duration', {
      unit: 's',
      advice: {
        explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      },
    });
  return { histogram, series: histogram.series(requestAttributes) };
}
const requestAttributes = {
  'http.request.method': 'GET',
  'http.route': '/users/:id',
  'http.response.status_code': 200,
  'url.scheme': 'https',
};
const { histogram, series } = createDurations('always_off');
const { series: exemplarSeries } = createDurations('trace_based');

const meterProvider = createMeterProvider({
  readers: [{ temporality: 'cumulative' }],
  exemplarFilter: 'trace_based',
});
provideTelemetry({ meter: (name: string) => meterProvider.getMeter(name) } as unknown as Telemetry);
const requests = createHttpMetrics('http', httpServerMetrics)!;

/** All that is measured of a request, as `httpServer` does it. */
function measureRequest(): void {
  const active = requests.active.at('GET', 'https');
  active.record('requests', 1);
  const finished = requests.finished.at('GET', 'https', 200, '/users/:id', undefined, '1.1');
  active.record('requests', -1, unsampledParent);
  finished.record('duration', 0.042, unsampledParent);
  finished.record('requestSize', 12, unsampledParent);
  finished.record('responseSize', 345, unsampledParent);
}

export const recordSpan = spanRecorder(tracer, sampledParent);

/** What happens once a request, or once a span, by what it is called in the report. */
export const operations: Record<string, () => unknown> = {
  'span: start, 9 attributes, end, encode': recordSpan,
  'span, not sampled: start, end': () => tracer.startSpan('GET', server, unsampledParent).end(),
  'histogram, resolved series: record': () => series.record(0.042),
  'histogram, resolved series, in a sampled span, with exemplars: record': () =>
    exemplarSeries.record(0.042, sampledParent),
  'histogram, 4 attributes: record': () => histogram.record(0.042, requestAttributes),
  'HTTP server metrics of a request: find 2 series, record 5 values': measureRequest,
  'context: active': () => activeContext(),
  'context: run': () => runWithContext(sampledParent, activeContext, undefined, []),
  'traceparent: parse': () => parseTraceparent(traceparent),
  'traceparent: format': () => formatTraceparent(remote),
  'W3C propagators: extract': () => propagator.extract(rootContext, incoming, defaultTextMapGetter),
  'W3C propagators: inject': () => propagator.inject(sampledParent, {}, defaultTextMapSetter),
  'URL without secrets: redact': () =>
    redactUrl('https://api.example.com/v1/users/42?fields=name,mail&page=2'),
  'URL with secrets: redact': () =>
    redactUrl('https://ada:pw@api.example.com/v1/users?api_key=s3cret&page=2'),
  'SQL: sanitize, first time': () => sanitizeSql(sql),
  'SQL: sanitize, again': () => sanitizeKnownSql(sql),
  'Redis: operation name': () => redisOperationName('hgetall'),
};
