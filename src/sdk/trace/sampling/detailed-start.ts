import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import type { EndedSpan, SpanSink } from '../../../model/ended-span';
import { activeContext } from '../../context/context-manager';
import { textOf } from '../../text';
import { isTracingSuppressed, parentOf, spanOf } from '../context-keys';
import { newIdentity } from '../ids';
import { NonRecordingSpan, suppressedSpan } from '../non-recording-span';
import { RecordingSpan, type SpanEnvironment } from '../recording-span';
import { epochMillis } from '../time-input';
import type { StartOptions, TracerProviderOptions } from '../tracer-provider';
import { createTraceKeeper } from './keep-traces';
import { askSampler, type ReadonlyAttributes, type SamplingResult, wantsAttributes } from './sampler';
import { UndecidedSpan } from './undecided-span';

const internal = 0;
const sampledFlag = 1;
const noLinks: readonly Link[] = [];
const noOptions: StartOptions = {};

/** Starts a span of a tracer. */
export type StartSpan = (
  environment: SpanEnvironment,
  name: string,
  given: StartOptions | undefined,
  context?: Context,
) => Span;

/**
 * Starts spans where the sampler looks at more than the identity, or where traces are kept after their end: what the usual way, which
 * costs unsampled spans almost nothing, has no room for.
 */
export function detailedStart(options: TracerProviderOptions): StartSpan {
  const { sampler } = options;
  const keeper = options.keep && createTraceKeeper(options, options.keep);

  return (tracer, name, givenOptions, givenContext) => {
    const given = givenOptions ?? noOptions;
    const context = givenContext ?? activeContext();
    const parent = given.root ? undefined : parentOf(context);
    const identity = newIdentity(parent);
    if (isTracingSuppressed(context)) return suppressedSpan(parent, identity, given.kind);
    const parentSpan = parent && spanOf(context);
    const kind = given.kind ?? internal;
    const makeSpan = (Recording: typeof RecordingSpan, environment: SpanEnvironment) => {
      const start = epochMillis(given.startTime);
      const span = new Recording(environment, textOf(name), kind, identity, parent, start);
      if (given.attributes) span.setAttributes(given.attributes);
      if (given.links) span.addLinks(given.links);
      return span;
    };

    if (given.isIncomplete && wantsAttributes(sampler, parent)) {
      const span = makeSpan(UndecidedSpan, tracer) as UndecidedSpan;
      span.decide = ({ name, links }) => {
        const result = askSampler(sampler, {
          parent,
          traceId: identity.traceId,
          name,
          kind,
          attributes: span,
          links,
        });
        if (result.attributes) span.setAttributes(result.attributes);
        return settle(result, tracer, identity, parent, parentSpan);
      };
      return span;
    }

    const result = askSampler(sampler, {
      parent,
      traceId: identity.traceId,
      name: textOf(name),
      kind,
      attributes: readOnly(given.attributes),
      links: given.links ?? noLinks,
    });
    const environment = settle(result, tracer, identity, parent, parentSpan);
    if (environment === undefined) return new NonRecordingSpan(identity);
    const span = makeSpan(RecordingSpan, environment);
    if (result.attributes) span.setAttributes(result.attributes);
    environment.openSpans?.add(span);
    return span;
  };

  /** Completes the identity, and says where the span goes; `undefined`: nowhere. */
  function settle(
    { decision, traceState, onEnd }: SamplingResult,
    tracer: SpanEnvironment,
    identity: SpanContext,
    parent: SpanContext | undefined,
    parentSpan: Span | undefined,
  ): SpanEnvironment | undefined {
    if (traceState) identity.traceState = traceState;
    const environment = environmentOf(decision, tracer, identity, parent, parentSpan);
    return onEnd && environment ? watched(environment, onEnd) : environment;
  }

  function environmentOf(
    decision: SamplingResult['decision'],
    tracer: SpanEnvironment,
    identity: SpanContext,
    parent: SpanContext | undefined,
    parentSpan: Span | undefined,
  ): SpanEnvironment | undefined {
    if (decision === 'sample') {
      identity.traceFlags |= sampledFlag;
      return tracer;
    }
    return (
      keeper?.environmentOf(tracer, identity, parent, parentSpan) ??
      (decision === 'record' ? recordedOnly(tracer) : undefined)
    );
  }
}

function recordedOnly({ scope, limits }: SpanEnvironment): SpanEnvironment {
  return { scope, limits, sink: () => false };
}

/** The same place for one span, whose end is also shown to `onEnd`. */
function watched(environment: SpanEnvironment, onEnd: (span: EndedSpan) => void): SpanEnvironment {
  const sink: SpanSink = (span) => {
    onEnd(span);
    return environment.sink(span);
  };
  return { ...environment, sink };
}

function readOnly(attributes: Attributes | undefined): ReadonlyAttributes {
  return { get: (key) => attributes?.[key] };
}
