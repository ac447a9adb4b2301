import type { Context, Span, SpanContext, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { activeContext } from '../context/context-manager';
import { parentOf, spanKey } from './context-keys';
import { NonRecordingSpan } from './non-recording-span';

const server = 1;
const consumer = 4;

/**
 * Gives spans that would begin a trace the parent that the process itself was started under. Not those of kind SERVER and CONSUMER: the parent of what
 * comes from outside is there or nowhere.
 */
export function withProcessParent(provider: TracerProvider, parent: SpanContext): TracerProvider {
  const span = new NonRecordingSpan(parent);
  return {
    getTracer(...scope) {
      const tracer = provider.getTracer(...scope);
      return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };

      function startSpan(name: string, options?: SpanOptions, context = activeContext()): Span {
        return tracer.startSpan(name, options, contextOf(options, context));
      }

      function startActiveSpan<R>(name: string, ...rest: [...unknown[], (span: Span) => R]): R {
        const fn = rest.pop() as (span: Span) => R;
        const [options = {}, context = activeContext()] = rest as unknown as [SpanOptions?, Context?];
        return tracer.startActiveSpan(name, options, contextOf(options, context), fn);
      }
    },
  };

  function contextOf(options: SpanOptions | undefined, context: Context): Context {
    const isFromOutside = options?.kind === server || options?.kind === consumer;
    if (isFromOutside || options?.root || parentOf(context) !== undefined) return context;
    return context.setValue(spanKey, span);
  }
}
