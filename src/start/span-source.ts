import type { TracerProvider } from '@opentelemetry/api';
import type { SpanLimits } from '../config/config';
import { log, messageOf } from '../diag/log';
import type { Exporter } from '../export/exporter';
import type { Delivery } from '../lifecycle/process-end';
import type { EncodedItem } from '../model/encoded-item';
import type { EndedSpan, ExceptionSink } from '../model/ended-span';
import { detached } from '../model/timers';
import { createOpenSpans } from '../sdk/trace/open-spans';
import { createTracerProvider } from '../sdk/trace/tracer-provider';
import type { StartEnvironment } from './environment';
import type { Source } from './lazy-source';
import { createSampler } from './sampling';

/** Makes spans, and takes them to the exporters. */
export interface SpanSource extends Source {
  readonly provider: TracerProvider;
  /** Takes what a worker has encoded, too. */
  readonly sink: (span: EndedSpan | EncodedItem) => void;
  /** Lifts the limit of items, at the end of the process. */
  readonly hold: () => void;
}

export function createSpanSource(environment: StartEnvironment, exceptions?: ExceptionSink): SpanSource {
  const { config, report } = environment;
  const { limits, keep, processors } = config.traces;
  if (config.sdkDisabled || processors.length === 0) return passThrough(limits);
  const { sink, openSpans, ...way } = createWayOut(environment);
  const sampler = createSampler(config.traces.sampler, environment.resource);
  const provider = createTracerProvider({
    limits,
    sampler: report?.counted(sampler) ?? sampler,
    keep,
    passThrough: false,
    sink: report?.counting('spans', sink) ?? sink,
    openSpans,
    exceptions,
  });
  return { provider, sink, ...way };
}

/** Nobody wants spans: identities that nobody will ever export would break the traces of others. */
function passThrough(limits: SpanLimits): SpanSource {
  const sink = () => {};
  return {
    provider: createTracerProvider({
      limits,
      sampler: () => false,
      keep: undefined,
      passThrough: true,
      sink,
    }),
    sink,
    hold() {},
    delivery: { hasWork: () => false, flush() {}, finish() {} },
  };
}

/** What exports spans is loaded when the first one ends, or the process. */
function createWayOut({ config, resource, userAgent, processEnd, threads }: StartEnvironment) {
  const { processors } = config.traces;
  let pipeline: Exporter<EndedSpan | EncodedItem> | undefined;
  let hasFailed = false;
  const openSpans = createOpenSpans(processEnd.arm);
  const delivery: Delivery = {
    hasWork: () => !openSpans.isEmpty() || pipeline?.hasUndelivered() === true,
    flush: () => pipeline?.flush(),
    finish(budgetMillis) {
      const { hold, flushSync } = requirePipeline();
      hold?.();
      openSpans.endAll();
      flushSync(budgetMillis);
    },
  };
  return { sink, openSpans, delivery, hold: () => requirePipeline().hold?.() };

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
