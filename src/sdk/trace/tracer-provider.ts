import type { Context, Span, SpanContext, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import type { Scope } from '../../model/span-data';
import { activeContext, runWithContext } from '../context/context-manager';
import { isTracingSuppressed, parentOf, spanKey } from './context-keys';
import { newSpanId, newTraceId } from './ids';
import { NonRecordingSpan } from './non-recording-span';
import { RecordingSpan, type SpanEnvironment } from './recording-span';
import type { Sampler } from './samplers';
import { epochMillis } from './time-input';

const internal = 0;
const sampled = 1;
/** Says that the trace id is random (W3C Trace Context level 2); passed on as it came. */
const random = 2;

/** What a tracer provider is made of. */
export interface TracerProviderOptions extends SpanEnvironment {
  readonly sampler: Sampler;
  /** Makes no ids: what comes in goes out unchanged (`OTEL_SDK_DISABLED`). */
  readonly passThrough: boolean;
}

const invalidSpanContext: SpanContext = {
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  traceFlags: 0,
};

/** The API's tracer provider; tracers of the same name, version and schema are one. */
export function createTracerProvider(options: TracerProviderOptions): TracerProvider {
  const tracers = new Map<string, Tracer>();
  return {
    getTracer(name, version, tracerOptions) {
      const schemaUrl = tracerOptions?.schemaUrl;
      const key = `${name}@${version ?? ''}:${schemaUrl ?? ''}`;
      let tracer = tracers.get(key);
      if (!tracer)
        tracers.set(key, (tracer = createTracer(options, { name: String(name), version, schemaUrl })));
      return tracer;
    },
  };
}

function createTracer(options: TracerProviderOptions, scope: Scope): Tracer {
  return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };

  function startSpan(name: string, given?: SpanOptions, context: Context = activeContext()): Span {
    const spanOptions = given ?? {};
    const parent = spanOptions.root ? undefined : parentOf(context);
    if (options.passThrough) return new NonRecordingSpan(parent ?? invalidSpanContext);
    const suppressed = isTracingSuppressed(context);
    const traceId = parent ? parent.traceId : newTraceId();
    const isSampled = !suppressed && options.sampler(parent, traceId);
    const identity: SpanContext = {
      traceId,
      spanId: newSpanId(),
      traceFlags: (isSampled ? sampled : 0) | (parent ? parent.traceFlags & random : 0),
    };
    if (parent?.traceState) identity.traceState = parent.traceState;
    if (!isSampled) return new NonRecordingSpan(suppressed && parent ? parent : identity);

    const start = epochMillis(spanOptions.startTime);
    const span = new RecordingSpan(
      options,
      scope,
      String(name),
      spanOptions.kind ?? internal,
      identity,
      parent,
      start,
    );
    if (spanOptions.attributes) span.setAttributes(spanOptions.attributes);
    if (spanOptions.links) span.addLinks(spanOptions.links);
    options.openSpans?.add(span);
    return span;
  }

  function startActiveSpan<R>(name: string, ...rest: [...unknown[], (span: Span) => R]): R {
    const fn = rest.pop() as (span: Span) => R;
    const [spanOptions, context = activeContext()] = rest as unknown as [SpanOptions?, Context?];
    const span = startSpan(name, spanOptions, context);
    return runWithContext(context.setValue(spanKey, span), fn, undefined, [span]);
  }
}
