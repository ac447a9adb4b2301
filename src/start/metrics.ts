import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Config } from '../config/config';
import type { SdkMeterProvider } from '../sdk/metrics/meter-provider';
import type { StartEnvironment } from './environment';
import { preparePeriodic, preparePrometheus } from './metric-readers';

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
  const { config, deliveries } = environment;
  if (config.sdkDisabled || config.metrics.readers.length === 0) return undefined;
  let provider: SdkMeterProvider | undefined;
  const readers = config.metrics.readers.map((reader, index) => {
    const read = () => provider?.readers[index];
    return reader.kind === 'periodic'
      ? preparePeriodic(reader, read, { ...environment, isReplaced })
      : preparePrometheus(reader, () => requireProvider().readers[index]!, { ...environment, isReplaced });
  });
  for (const { delivery } of readers) if (delivery) deliveries.push(delivery);
  return {
    getMeter: (...args): ReturnType<SdkMeterProvider['getMeter']> => requireProvider().getMeter(...args),
  };

  function requireProvider(): SdkMeterProvider {
    if (provider) return provider;
    const { createMeterProvider } =
      require('../sdk/metrics/meter-provider') as typeof import('../sdk/metrics/meter-provider');
    provider = createMeterProvider({
      readers: readers.map(({ options }) => options),
      views: config.metrics.views,
      exemplarFilter: config.metrics.exemplarFilter,
    });
    return provider;
  }
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
