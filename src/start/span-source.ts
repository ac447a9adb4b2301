import type { TracerProvider } from '@opentelemetry/api';
import type { SpanLimits } from '../config/config';
import type { Delivery } from '../lifecycle/process-end';
import type { EncodedItem } from '../model/encoded-item';
import type { EndedSpan, ExceptionSink } from '../model/ended-span';
import { createOpenSpans } from '../sdk/trace/open-spans';
import { createTracerProvider } from '../sdk/trace/tracer-provider';
import type { StartEnvironment } from './environment';
import type { Source } from './lazy-source';
import { createSampler } from './sampling';
import { configOf } from './scopes';
import { createWayOut } from './way-out';

/** Makes spans, and takes them to the exporters. */
export interface SpanSource extends Source {
  readonly provider: TracerProvider;
  /** Takes what a worker has encoded, too. */
  readonly sink: (span: EndedSpan | EncodedItem) => boolean;
  /** Lifts the limit of items, at the end of the process. */
  readonly hold: () => void;
}

/** @param exceptions - takes what is recorded on spans, as log records. */
export function createSpanSource(environment: StartEnvironment, exceptions?: ExceptionSink): SpanSource {
  const { config, report } = environment;
  const { limits, keep, processors, configurator } = config.traces;
  if (config.sdkDisabled || processors.length === 0) return passThrough(limits);
  const { processEnd, resource, userAgent, threads } = environment;
  const way = createWayOut('spans', processEnd, () =>
    threads.exporter('spans', processors, () => {
      const { createTracePipeline } = require('../export/traces') as typeof import('../export/traces');
      return createTracePipeline(processors, resource(), userAgent, processEnd.disarmIfDone);
    }),
  );
  const openSpans = threads.openSpans(processors, createOpenSpans(processEnd.arm));
  const sampler = createSampler(config.traces.sampler, resource);
  const provider = createTracerProvider({
    limits,
    sampler: report?.counted(sampler) ?? sampler,
    keep,
    passThrough: false,
    configOf: configOf(configurator),
    sink: report?.counting('spans', way.sink) ?? way.sink,
    openSpans,
    exceptions,
  });
  const delivery: Delivery = {
    hasWork: () => !openSpans.isEmpty() || way.hasUndelivered(),
    flush: way.flush,
    finish(budgetMillis) {
      way.hold();
      openSpans.endAll();
      way.flushSync(budgetMillis);
    },
  };
  return { provider, sink: way.sink, hold: way.hold, delivery };
}

/** Nobody wants spans: identities that nobody will ever export would break the traces of others. */
function passThrough(limits: SpanLimits): SpanSource {
  const sink = () => false;
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
