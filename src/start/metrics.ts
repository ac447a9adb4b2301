import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Config } from '../config/config';
import { isMainThread } from '../model/main-thread';
import { startTimer } from '../model/timers';
import type { SdkMeterProvider } from '../sdk/metrics/meter-provider';
import type { StartEnvironment } from './environment';
import { lazySource } from './lazy-source';

/** What the rest of us gets of the metrics: the SDK's own provider, which loads when a meter is first asked for. */
export interface LazyMeterProvider extends MeterProvider {
  getMeter: SdkMeterProvider['getMeter'];
}

/**
 * The meter provider with its readers; `undefined` if nobody wants metrics.
 * @param isReplaced - whether the program has registered a meter provider of its own: then ours says nothing any more.
 */
export function startMetrics(
  environment: StartEnvironment,
  isReplaced: () => boolean,
): LazyMeterProvider | undefined {
  const { config, deliveries, threads } = environment;
  const { readers } = config.metrics;
  if (config.sdkDisabled || readers.length === 0) return undefined;
  const source = lazySource(deliveries, () => {
    const { createMetricSource } = require('./metric-source') as typeof import('./metric-source');
    return createMetricSource({ ...environment, isReplaced });
  });
  threads.receive(
    'metrics',
    readers.filter((reader) => reader.kind === 'periodic'),
    (metric) => source().take(metric),
  );
  // One port, one thread: what workers measure is not served. The server starts after the program's first lines, so that it does not hold them up.
  if (isMainThread() && readers.some(({ kind }) => kind === 'prometheus'))
    startTimer(() => source().serve(), 0);
  return {
    getMeter: (...scope): ReturnType<SdkMeterProvider['getMeter']> => source().provider.getMeter(...scope),
  };
}

/** The tracer provider, whose spans are counted if the SDK is to report on itself. */
export function withSelfMetrics(
  tracerProvider: TracerProvider,
  meterProvider: LazyMeterProvider | undefined,
  { metrics }: Config,
): TracerProvider {
  if (!meterProvider || !metrics.selfMetrics) return tracerProvider;
  const { observeSelf } = require('./self-metrics') as typeof import('./self-metrics');
  return observeSelf(meterProvider, tracerProvider);
}
