import { createRequire } from 'node:module';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { spanRecorder } from './record-span';

/** What is used of the OpenTelemetry SDK that a peer has installed: its types are not there when the whole repository is checked. */
interface Sdk {
  readonly TracerProvider: new (options: {
    spanProcessors: readonly object[];
  }) => { getTracer(name: string, version: string): Tracer };
}
interface Transformer {
  readonly ProtobufTraceSerializer: { serializeRequest(spans: readonly unknown[]): Uint8Array | undefined };
}

/**
 * The span of {@link spanRecorder} by OpenTelemetry's own SDK, encoded 512 to a request as its batch processor does it, whose timers and promises are
 * left out: they do not run in a loop that never ends.
 * @param agent a file of the package that depends on the SDK
 */
export function peerSpanRecorder(agent: string): () => void {
  const requirePeer = createRequire(agent);
  const { TracerProvider }: Sdk = requirePeer('@opentelemetry/sdk-trace');
  const { ProtobufTraceSerializer }: Transformer = requirePeer('@opentelemetry/otlp-transformer');
  const { trace, ROOT_CONTEXT }: typeof import('@opentelemetry/api') = requirePeer('@opentelemetry/api');

  let ended: unknown[] = [];
  const processor = {
    onStart() {},
    onEnd(span: unknown) {
      ended.push(span);
      if (ended.length < 512) return;
      if (!ProtobufTraceSerializer.serializeRequest(ended)?.length) throw new Error('nothing was encoded');
      ended = [];
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('http', '1.0.0');
  const contextOf = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span);
  return spanRecorder(tracer, contextOf(tracer.startSpan('parent', {}, ROOT_CONTEXT)));
}
