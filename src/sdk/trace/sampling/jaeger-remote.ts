import { type FetchJson, poll } from './poll';
import { type RateLimit, rateLimit, rateLimiting } from './rate-limit';
import { askSampler, dropped, type IdentitySampler, type Sampler, sampled, wantsAttributes } from './sampler';
import { traceIdRatio } from './samplers';

export interface JaegerRemoteOptions {
  /** http or https. */
  readonly endpoint: string;
  readonly pollingIntervalMillis: number;
  readonly initial: Sampler;
  readonly serviceName: () => string;
  readonly fetchJson: FetchJson;
}

/**
 * Samples as a Jaeger collector says, which is asked again and again: by a ratio, so many a second, or a ratio for each operation,
 * that is each span name.
 *
 * @see https://www.jaegertracing.io/docs/2.14/architecture/apis/#remote-sampling-configuration
 */
export function jaegerRemote(options: JaegerRemoteOptions): Sampler {
  const { initial, serviceName, fetchJson, pollingIntervalMillis } = options;
  let sampler = initial;
  let lastText = '';
  poll({
    fetchJson,
    url: () => urlFor(options.endpoint, serviceName()),
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

/** The path of the collector's own port differs from that of the others. */
function urlFor(endpoint: string, serviceName: string): string {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = url.port === '14268' ? '/api/sampling' : '/sampling';
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
    shouldSample: ({ name, parent, traceId }) =>
      (byName.get(name) ?? otherwise)(parent, traceId) ? sampled : dropped,
  };
}

function guaranteed(ratio: number, perSecond: number): IdentitySampler {
  const byRatio = traceIdRatio(ratio);
  const mayPass: RateLimit = perSecond > 0 ? rateLimit(perSecond) : () => false;
  // What the ratio samples counts too.
  return (parent, traceId) => {
    const isBelowBound = mayPass();
    return byRatio(parent, traceId) || isBelowBound;
  };
}

function number(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
