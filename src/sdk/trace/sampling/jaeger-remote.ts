import { type FetchJson, poll } from './poll';
import { type RateLimit, rateLimit, rateLimiting } from './rate-limit';
import { askSampler, dropped, type IdentitySampler, type Sampler, sampled, wantsAttributes } from './sampler';
import { traceIdRatio } from './samplers';

export interface JaegerRemoteOptions {
  /** http or https. Without a path it is that of a gRPC server, unless the port is one of those where Jaeger speaks HTTP. */
  readonly endpoint: string;
  readonly pollingIntervalMillis: number;
  readonly initial: Sampler;
  readonly serviceName: () => string;
  readonly fetchJson: FetchJson;
  /** Asks by gRPC; the answer has the form of that in JSON. */
  readonly fetchByGrpc: (endpoint: string, serviceName: string, done: Parameters<FetchJson>[2]) => void;
}

/**
 * Samples as a Jaeger collector says, which is asked again and again: by a ratio, so many a second, or a ratio for each operation,
 * that is each span name.
 *
 * @see https://www.jaegertracing.io/docs/2.14/architecture/apis/#remote-sampling-configuration
 */
export function jaegerRemote(options: JaegerRemoteOptions): Sampler {
  const { endpoint, initial, serviceName, fetchJson, fetchByGrpc, pollingIntervalMillis } = options;
  const isByGrpc = isGrpcServer(new URL(endpoint));
  let sampler = initial;
  let lastText = '';
  poll({
    fetchJson: isByGrpc ? (url, _body, done) => fetchByGrpc(url, serviceName(), done) : fetchJson,
    url: () => (isByGrpc ? endpoint : urlFor(endpoint, serviceName())),
    what: 'sampling strategies',
    intervalMillis: () => pollingIntervalMillis,
    use(value) {
      // An unchanged strategy keeps its buckets as they are.
      const text = JSON.stringify(value);
      if (text === lastText) return;
      sampler = samplerOf(value as Strategy);
      lastText = text;
    },
  });
  return {
    wantsAttributes: (parent) => wantsAttributes(sampler, parent),
    shouldSample: (start) => askSampler(sampler, start),
  };
}

/** Where Jaeger serves the strategies by HTTP: the agent's port and today's collector's, and the older collector's. */
const httpPaths: Readonly<Record<string, string>> = { '5778': '/sampling', '14268': '/api/sampling' };

/** The specification knows the endpoint as `scheme://host:port` of a gRPC server (SDK environment variables, `OTEL_TRACES_SAMPLER_ARG`). */
function isGrpcServer({ pathname, port }: URL): boolean {
  return pathname === '/' && !(port in httpPaths);
}

function urlFor(endpoint: string, serviceName: string): string {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = httpPaths[url.port]!;
  url.searchParams.set('service', serviceName);
  return url.href;
}

/** `SamplingStrategyResponse` of jaeger-idl, api_v2/sampling.proto, as JSON. */
interface Strategy {
  readonly strategyType?: 'PROBABILISTIC' | 'RATE_LIMITING' | 0 | 1;
  readonly probabilisticSampling?: { readonly samplingRate?: number } | null;
  readonly rateLimitingSampling?: { readonly maxTracesPerSecond?: number } | null;
  readonly operationSampling?: {
    readonly defaultSamplingProbability?: number;
    readonly defaultLowerBoundTracesPerSecond?: number;
    readonly perOperationStrategies?: readonly {
      readonly operation?: string;
      readonly probabilisticSampling?: { readonly samplingRate?: number } | null;
    }[];
  } | null;
}

/** Strategies for operations are stronger than the other two. Fields that are zero may be missing (JSON of proto3). */
function samplerOf(strategy: Strategy): Sampler {
  if (typeof strategy !== 'object' || strategy === null) throw new Error('no sampling strategy');
  const { operationSampling, probabilisticSampling, rateLimitingSampling } = strategy;
  if (operationSampling) return byOperation(operationSampling);
  const isRateLimiting = strategy.strategyType === 'RATE_LIMITING' || strategy.strategyType === 1;
  if (isRateLimiting && rateLimitingSampling)
    return rateLimiting(number(rateLimitingSampling.maxTracesPerSecond));
  if (!isRateLimiting && probabilisticSampling)
    return traceIdRatio(number(probabilisticSampling.samplingRate));
  throw new Error('no sampling strategy');
}

/** An operation whose ratio leaves it out all the time is sampled all the same, as often as the lower bound says. */
function byOperation({
  defaultSamplingProbability,
  defaultLowerBoundTracesPerSecond,
  perOperationStrategies = [],
}: NonNullable<Strategy['operationSampling']>): Sampler {
  const lowerBound = number(defaultLowerBoundTracesPerSecond);
  const otherwise = guaranteed(number(defaultSamplingProbability), lowerBound);
  const byName = new Map(
    perOperationStrategies.map(({ operation = '', probabilisticSampling }) => [
      operation,
      guaranteed(number(probabilisticSampling?.samplingRate), lowerBound),
    ]),
  );
  return {
    // The name is that of the start; instrumentations give some spans their name with their attributes.
    wantsAttributes: () => byName.size > 0,
    shouldSample: (start) => ((byName.get(start.name) ?? otherwise)(start.parent, start) ? sampled : dropped),
  };
}

function guaranteed(ratio: number, perSecond: number): IdentitySampler {
  const byRatio = traceIdRatio(ratio);
  const mayPass: RateLimit = perSecond > 0 ? rateLimit(perSecond) : () => false;
  // What the ratio samples counts too.
  return (parent, identity) => {
    const isBelowBound = mayPass();
    return byRatio(parent, identity) || isBelowBound;
  };
}

function number(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
