import { createMetrics, type MetricDefinition, type Metrics } from '../metrics';

/** Seconds; advised for durations of HTTP (semantic conventions, "HTTP metrics"). */
const durationBoundaries = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;

function duration(side: string): MetricDefinition {
  return {
    name: `http.${side}.request.duration`,
    kind: 'histogram',
    unit: 's',
    description: `Duration of HTTP ${side} requests.`,
    boundaries: durationBoundaries,
  };
}

function bodySize(side: string, part: 'request' | 'response'): MetricDefinition {
  return {
    name: `http.${side}.${part}.body.size`,
    kind: 'histogram',
    unit: 'By',
    description: `Size of HTTP ${side} ${part} bodies.`,
  };
}

function activeRequests(side: string): MetricDefinition {
  return {
    name: `http.${side}.active_requests`,
    kind: 'upDownCounter',
    unit: '{request}',
    description:
      side === 'server' ? 'Number of active HTTP server requests.' : 'Number of active HTTP requests.',
  };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-server */
export const httpServerMetrics = {
  finished: {
    attributes: [
      'http.request.method',
      'url.scheme',
      'http.response.status_code',
      'http.route',
      'error.type',
      'network.protocol.version',
    ],
    metrics: {
      duration: duration('server'),
      requestSize: bodySize('server', 'request'),
      responseSize: bodySize('server', 'response'),
    },
  },
  active: {
    attributes: ['http.request.method', 'url.scheme'],
    metrics: { requests: activeRequests('server') },
  },
} as const;

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-client */
export const httpClientMetrics = {
  finished: {
    attributes: [
      'http.request.method',
      'server.address',
      'server.port',
      'http.response.status_code',
      'error.type',
      'network.protocol.version',
    ],
    metrics: {
      duration: duration('client'),
      requestSize: bodySize('client', 'request'),
      responseSize: bodySize('client', 'response'),
    },
  },
  active: {
    attributes: ['http.request.method', 'server.address', 'server.port'],
    metrics: { requests: activeRequests('client') },
  },
} as const;

export interface HttpMetrics {
  readonly finished: Metrics<'duration' | 'requestSize' | 'responseSize'>;
  readonly active: Metrics<'requests'>;
}

/** `undefined` where nobody collects metrics. */
export function createHttpMetrics(
  instrumentation: string,
  { finished, active }: typeof httpServerMetrics | typeof httpClientMetrics,
): HttpMetrics | undefined {
  const metrics = createMetrics(instrumentation, finished);
  return metrics && { finished: metrics, active: createMetrics(instrumentation, active)! };
}

/** The number in a `content-length`; `undefined` if there is none, or no number. */
export function contentLength(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const length = value === '' ? Number.NaN : Number(value);
  return length >= 0 && length < Number.POSITIVE_INFINITY ? length : undefined;
}
