import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultTextMapGetter, type Link, type SpanContext, trace } from '@opentelemetry/api';
import { messagingConsumer } from '../../../src/kit/operations/messaging-consumer';
import { provideTelemetry, type Telemetry } from '../../../src/kit/telemetry';
import { rootContext } from '../../../src/sdk/context/context';
import { w3cTraceContext } from '../../../src/sdk/propagation/w3c-trace-context';
import { RecordingSpan } from '../../../src/sdk/trace/recording-span';
import { setUp } from '../sampling/trace';

const traceparents = ['a', 'b'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);

interface Started {
  readonly parent: SpanContext | undefined;
  readonly links: readonly Link[];
}

/** The span of a handler that got one message, or a batch. */
function consume(remoteParent: 'trust' | 'link' | 'ignore', isBatch: boolean): Started {
  const { start } = setUp({ sampler: () => true });
  provideTelemetry({
    isSuppressed: () => false,
    rootContext,
    propagator: w3cTraceContext,
    instrumented: () => ({
      startSpan: (name: string, kind: number, parent: typeof rootContext) =>
        start(name, trace.getSpan(parent), { kind }),
    }),
    spanContextOf: trace.getSpanContext,
    withSpan: trace.setSpan,
    settings: { remoteParent, messagingEnvelope: 'none' },
  } as unknown as Telemetry);
  const messages = traceparents.map((traceparent) => ({ traceparent }));
  const operation = messagingConsumer<any, { traceparent: string }>({
    instrumentation: 'test',
    system: 'test',
    destination: () => 'orders',
    headers: defaultTextMapGetter,
    ...(isBatch ? { batch: () => messages } : { message: () => messages[0]! }),
  });
  const { span } = operation.start({ self: undefined, args: [] })!;
  assert.ok(span instanceof RecordingSpan);
  return { parent: span.parent, links: span.links };
}

const linked = ({ links }: Started) => links.map(({ context }) => context.traceId[0]);

describe('OTEL_NODE_REMOTE_PARENT for messages', () => {
  const cases = [
    ['trust', 'a', ['a'], ['a', 'b']],
    ['link', undefined, ['a'], ['a', 'b']],
    ['ignore', undefined, [], []],
  ] as const;
  for (const [remoteParent, parent, links, batchLinks] of cases) {
    test(remoteParent, () => {
      const single = consume(remoteParent, false);
      assert.equal(single.parent?.traceId[0], parent);
      assert.deepEqual(linked(single), links);
      const batch = consume(remoteParent, true);
      assert.equal(batch.parent, undefined);
      assert.deepEqual(linked(batch), batchLinks);
    });
  }
});
