import type { TracerProvider } from '@opentelemetry/api';
import type { SamplerConfig } from '../config/sampler-config';
import type { ExceptionSink } from '../model/ended-span';
import { startTimer } from '../model/timers';
import type { StartEnvironment } from './environment';
import { lazySource } from './lazy-source';

/** The tracer provider, with its way to the exporters. The SDK is loaded when somebody asks for a tracer. */
export function startTraces(environment: StartEnvironment, exceptions?: ExceptionSink): TracerProvider {
  const { config, threads, deliveries } = environment;
  const { processors } = config.traces;
  const source = lazySource(deliveries, () => {
    const { createSpanSource } = require('./span-source') as typeof import('./span-source');
    return createSpanSource(environment, exceptions);
  });
  if (!config.sdkDisabled && processors.length > 0) {
    const take = (span: Parameters<ReturnType<typeof source>['sink']>[0]) => source().sink(span);
    threads.receive('spans', processors, take, () => source().hold());
  }
  // Asked early, the rules are there when the first span begins.
  if (isRemote(config.traces.sampler)) startTimer(() => source(), 0);
  return { getTracer: (...scope) => source().provider.getTracer(...scope) };
}

/** Whether a sampler asks a server for its rules. */
function isRemote(sampler: SamplerConfig): boolean {
  if (sampler.kind === 'parent_based') return isRemote(sampler.root);
  return sampler.kind === 'jaeger_remote' || sampler.kind === 'xray';
}
