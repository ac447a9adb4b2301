import type { Span, SpanOptions } from '@opentelemetry/api';
import { toEntries } from '../../../src/model/attribute-list';
import type { EndedSpan } from '../../../src/model/ended-span';
import { rootContext } from '../../../src/sdk/context/context';
import { spanKey } from '../../../src/sdk/trace/context-keys';
import { createOpenSpans, type OpenSpans } from '../../../src/sdk/trace/open-spans';
import {
  createTracerProvider,
  type StartOptions,
  type TracerProviderOptions,
} from '../../../src/sdk/trace/tracer-provider';
import { defaultLimits } from '../../harness/span-limits';

export interface Exported {
  readonly name: string;
  readonly isSampled: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly traceState: string | undefined;
  readonly spanId: string;
}

/** A tracer whose exported spans can be looked at. */
export function setUp(options: Pick<TracerProviderOptions, 'sampler' | 'keep'>) {
  const exported: Exported[] = [];
  const openSpans: OpenSpans = createOpenSpans(() => {});
  const tracer = createTracerProvider({
    limits: defaultLimits,
    passThrough: false,
    sink(span) {
      exported.push(summary(span));
      return false;
    },
    openSpans,
    ...options,
  }).getTracer('test');

  return {
    exported,
    names: () => exported.map(({ name }) => name),
    openSpans,
    /** Starts a span as the API does. */
    start: (name: string, parent?: Span | undefined, given: SpanOptions = {}) =>
      tracer.startSpan(name, given, contextOf(parent)),
    /** Starts a span as instrumentations do: its attributes come before it gets into a context. */
    startIncomplete(name: string, attributes: Record<string, string>, parent?: Span): Span {
      const given: StartOptions = { isIncomplete: true };
      const span = tracer.startSpan(name, given, contextOf(parent));
      if (span.isRecording()) span.setAttributes(attributes);
      span.spanContext();
      return span;
    },
  };
}

function contextOf(parent: Span | undefined) {
  return parent ? rootContext.setValue(spanKey, parent) : rootContext;
}

function summary({ name, context, attributes }: EndedSpan): Exported {
  return {
    name,
    isSampled: (context.traceFlags & 1) !== 0,
    attributes: Object.fromEntries(toEntries(attributes)),
    traceState: context.traceState?.serialize(),
    spanId: context.spanId,
  };
}
