import type { TracerProvider } from '@opentelemetry/api';
import { log, messageOf } from '../diag/log';
import type { Exporter } from '../export/exporter';
import type { EncodedItem } from '../model/encoded-item';
import type { EndedSpan, ExceptionSink, SpanSink } from '../model/ended-span';
import { detached } from '../model/timers';
import { createOpenSpans, type OpenSpans } from '../sdk/trace/open-spans';
import type { Sampler } from '../sdk/trace/sampling/sampler';
import { createTracerProvider } from '../sdk/trace/tracer-provider';
import type { StartEnvironment } from './environment';
import { createSampler } from './sampling';

/** The tracer provider, with its way to the exporters. */
export function startTraces(environment: StartEnvironment, exceptions?: ExceptionSink): TracerProvider {
  const { report, config } = environment;
  const { limits, keep } = config.traces;
  const way = createWayOut(environment);
  return createTracerProvider({
    limits,
    sampler: way ? (report?.counted(sampler()) ?? sampler()) : () => false,
    keep: way && keep,
    // Identities that nobody will ever export would break the traces of others.
    passThrough: way === undefined,
    sink: way ? (report?.counting('spans', way.sink) ?? way.sink) : () => {},
    openSpans: way?.openSpans,
    exceptions,
  });

  function sampler(): Sampler {
    return createSampler(config.traces.sampler, environment.resource);
  }
}

/** Follows open spans and takes the ended ones. */
interface WayOut {
  readonly sink: SpanSink;
  readonly openSpans: OpenSpans;
}

/** `undefined` if nobody wants spans. What exports them is loaded when the first one ends, or the process. */
function createWayOut({
  config,
  resource,
  userAgent,
  processEnd,
  deliveries,
  threads,
}: StartEnvironment): WayOut | undefined {
  const { processors } = config.traces;
  if (config.sdkDisabled || processors.length === 0) return undefined;
  let pipeline: Exporter<EndedSpan | EncodedItem> | undefined;
  let hasFailed = false;
  const openSpans = createOpenSpans(processEnd.arm);
  deliveries.push({
    hasWork: () => !openSpans.isEmpty() || pipeline?.hasUndelivered() === true,
    flush: () => pipeline?.flush(),
    finish(budgetMillis) {
      const { hold, flushSync } = requirePipeline();
      hold?.();
      openSpans.endAll();
      flushSync(budgetMillis);
    },
  });
  threads.receive('spans', processors, sink, () => requirePipeline().hold?.());
  return { sink, openSpans };

  function requirePipeline(): Exporter<EndedSpan | EncodedItem> {
    pipeline ??= detached(() =>
      threads.exporter('spans', processors, () => {
        const { createTracePipeline } = require('../export/traces') as typeof import('../export/traces');
        return createTracePipeline(processors, resource(), userAgent, processEnd.disarmIfDone);
      }),
    );
    return pipeline;
  }

  function sink(span: EndedSpan | EncodedItem): void {
    if (hasFailed) return;
    try {
      processEnd.arm();
      requirePipeline().add(span);
    } catch (error) {
      hasFailed = true;
      log.error(`spans cannot be exported: ${messageOf(error)}`);
    }
  }
}
