import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import type { ScopeConfig } from '../../config/config';
import type { KeepConfig } from '../../config/sampler-config';
import type { Scope } from '../../model/span-data';
import { activeContext, runWithContext } from '../context/context-manager';
import { scopeKey, scopeOf } from '../scope';
import type { ConfigOf } from '../scope-configurator';
import { textOf } from '../text';
import { isTracingSuppressed, parentOf, spanKey } from './context-keys';
import { newIdentity } from './ids';
import { NonRecordingSpan, noSpan, passedSpan, suppressedSpan } from './non-recording-span';
import { RecordingSpan, type SpanEnvironment, type SpanSurroundings } from './recording-span';
import type { StartSpan } from './sampling/detailed-start';
import type { IdentitySampler, Sampler } from './sampling/sampler';
import { epochMillis } from './time-input';

const internal = 0;
const sampled = 1;

/** What a tracer provider is made of. */
export interface TracerProviderOptions extends SpanSurroundings {
  readonly sampler: Sampler;
  /** Which unsampled traces to export after all. */
  readonly keep?: KeepConfig | undefined;
  /** Makes no ids: what comes in goes out unchanged (`OTEL_SDK_DISABLED`). */
  readonly passThrough: boolean;
  /** Missing means that all tracers are enabled. */
  readonly configOf?: ConfigOf<ScopeConfig> | undefined;
}

/** How instrumentations start spans. */
export interface StartOptions extends SpanOptions {
  /** Attributes follow before the span gets into a context: a sampler that looks at them waits until then. */
  readonly isIncomplete?: boolean;
}

const noOptions: SpanOptions = {};
/** Programs that make up a name for each request get their tracers all the same. */
const maxRemembered = 1000;

/** The API's tracer provider; tracers of the same name, version and schema are one. */
export function createTracerProvider(options: TracerProviderOptions): TracerProvider {
  const tracers = new Map<string, Tracer>();
  const { sampler, keep, passThrough, configOf } = options;
  const startsDetailed = !passThrough && (typeof sampler !== 'function' || keep !== undefined);
  let detailed: StartSpan | undefined;
  return {
    getTracer(name, version, tracerOptions) {
      const scope = scopeOf(name, version, tracerOptions);
      const key = scopeKey(scope);
      if (startsDetailed) detailed ??= loadDetailedStart();
      let tracer = tracers.get(key);
      if (!tracer) {
        tracer =
          configOf?.(scope).enabled === false
            ? createTracer({ ...options, passThrough: true }, scope)
            : createTracer(options, scope, detailed);
        if (tracers.size < maxRemembered) tracers.set(key, tracer);
      }
      return tracer;
    },
  };

  function loadDetailedStart(): StartSpan {
    const { detailedStart } =
      require('./sampling/detailed-start') as typeof import('./sampling/detailed-start');
    return detailedStart(options);
  }
}

/** @param detailed takes the place of the usual way to start a span */
function createTracer(options: TracerProviderOptions, scope: Scope, detailed?: StartSpan): Tracer {
  const environment: SpanEnvironment = { ...options, scope };
  const startSpan: Tracer['startSpan'] = detailed
    ? (name, given, context) => detailed(environment, name, given, context)
    : startPlain;
  return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };

  function startPlain(name: string, given?: SpanOptions, givenContext?: Context): Span {
    const spanOptions = given ?? noOptions;
    const context = givenContext ?? activeContext();
    if (options.passThrough) return spanOptions.root ? noSpan : passedSpan(context);
    const parent = spanOptions.root ? undefined : parentOf(context);
    const identity = newIdentity(parent);
    if (isTracingSuppressed(context)) return suppressedSpan(parent, identity, spanOptions.kind);
    if (!(options.sampler as IdentitySampler)(parent, identity)) return new NonRecordingSpan(identity);

    identity.traceFlags |= sampled;
    const start = epochMillis(spanOptions.startTime);
    const span = new RecordingSpan(
      environment,
      textOf(name),
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
    const [spanOptions, givenContext] = rest as unknown as [SpanOptions?, Context?];
    const context = givenContext ?? activeContext();
    const span = startSpan(name, spanOptions, context);
    return runWithContext(context.setValue(spanKey, span), fn, undefined, [span]);
  }
}
