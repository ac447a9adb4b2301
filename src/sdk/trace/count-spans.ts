import type { Context, Span, Tracer, TracerProvider } from '@opentelemetry/api';
import { activeContext } from '../context/context-manager';
import { identityOf, parentOf } from './context-keys';
import { NonRecordingSpan } from './non-recording-span';
import type { StartOptions } from './tracer-provider';

/** Values of `otel.span.parent.origin` and `otel.span.sampling_result` (semantic conventions, "SDK metrics"). */
export type ParentOrigin = 'none' | 'local' | 'remote';
export type SamplingResult = 'DROP' | 'RECORD_ONLY' | 'RECORD_AND_SAMPLE';

/** Gets every span that starts, and every recording one that ends. */
export interface SpanCounts {
  started(origin: ParentOrigin, result: SamplingResult): void;
  ended(result: SamplingResult): void;
}

const sampled = 1;

/** The same provider, whose spans are counted: for those who ask for the SDK's own metrics, and nobody else pays. */
export function countSpans(provider: TracerProvider, counts: SpanCounts): TracerProvider {
  const counted = new WeakMap<Tracer, Tracer>();
  return {
    getTracer(name, version, options) {
      const tracer = provider.getTracer(name, version, options);
      let result = counted.get(tracer);
      if (!result) counted.set(tracer, (result = createCountingTracer(tracer, counts)));
      return result;
    },
  };
}

function createCountingTracer(tracer: Tracer, counts: SpanCounts): Tracer {
  return {
    startSpan: (name, options, context) => count(tracer.startSpan(name, options, context), options, context),
    startActiveSpan: ((name: string, ...rest: [...unknown[], (span: Span) => unknown]) => {
      const fn = rest.pop() as (span: Span) => unknown;
      const [options = {}, context = activeContext()] = rest as unknown as [StartOptions?, Context?];
      return tracer.startActiveSpan(name, options, context, (span: Span) =>
        fn(count(span, options, context)),
      );
    }) as Tracer['startActiveSpan'],
  };

  function count(span: Span, options: StartOptions = {}, context: Context = activeContext()): Span {
    const parent = options.root ? undefined : parentOf(context);
    const origin = parent === undefined ? 'none' : parent.isRemote ? 'remote' : 'local';
    // Asking whether it is sampled would make a sampler decide that waits for attributes.
    if (options.isIncomplete) queueMicrotask(() => follow(span, origin));
    else follow(span, origin);
    return span;
  }

  function follow(span: Span, origin: ParentOrigin): void {
    const result = resultOf(span);
    counts.started(origin, result);
    if (result === 'DROP') return;
    if (span.isRecording()) followEnd(span, () => counts.ended(result));
    else counts.ended(result);
  }
}

function resultOf(span: Span): SamplingResult {
  if (span instanceof NonRecordingSpan) return 'DROP';
  if ((identityOf(span).traceFlags & sampled) !== 0) return 'RECORD_AND_SAMPLE';
  return span.isRecording() ? 'RECORD_ONLY' : 'DROP';
}

function followEnd(span: Span, onEnd: () => void): void {
  const { end } = span;
  span.end = function (this: Span, endTime) {
    const wasOpen = this.isRecording();
    end.call(this, endTime);
    if (wasOpen) onEnd();
  };
}
