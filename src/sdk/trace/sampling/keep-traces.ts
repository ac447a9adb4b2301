import type { Span, SpanContext } from '@opentelemetry/api';
import type { KeepConfig } from '../../../config/sampler-config';
import { log } from '../../../diag/log';
import { attributeOf, setAt } from '../../../model/attribute-list';
import type { EndedSpan, SpanSink } from '../../../model/ended-span';
import { RecordingSpan, type SpanEnvironment, type SpanSurroundings, unfinishedKey } from '../recording-span';
import { type Snapshot, snapshotOf } from '../snapshot';
import { approximateBytes } from './span-size';

const sampledFlag = 1;
const errorStatus = 2;

/** On the local root of a trace that was exported only for its outcome: it must not be counted as one of the sampled ones. */
const keptKey = 'otel_instrument.span.kept';

/** Of a trace without spans, so that those which never end are counted too. */
const traceOverheadBytes = 256;

/** Records the spans that were not sampled, for the case that their trace turns out to be worth it. */
export interface TraceKeeper {
  /** Where an unsampled span of a tracer goes; `undefined`: it need not be recorded. */
  environmentOf(
    tracer: SpanEnvironment,
    identity: SpanContext,
    parent: SpanContext | undefined,
    parentSpan: Span | undefined,
  ): SpanEnvironment | undefined;
}

/** The spans of a trace in this process, from its local root on. */
interface LocalTrace {
  readonly sink: SpanSink;
  readonly rootIdentity: SpanContext;
  /** Ended, while it is open. */
  spans: EndedSpan[];
  bytes: number;
  state: 'open' | 'kept' | 'dropped';
}

interface KeptEnvironment extends SpanEnvironment {
  readonly trace: LocalTrace;
}

/**
 * Keeps a local trace that was sampled out at its root if that root, the first span of the trace in this process, fails or is slow. Other
 * processes have seen the flag of an unsampled trace by then.
 *
 * @param surroundings where spans go that are kept
 */
export function createTraceKeeper(surroundings: SpanSurroundings, keep: KeepConfig): TraceKeeper {
  /** The oldest first. */
  const open = new Set<LocalTrace>();
  let bytes = 0;

  return {
    environmentOf({ scope }, identity, parent, parentSpan) {
      const trace = parent === undefined || parent.isRemote ? begin(identity) : traceOf(parentSpan);
      if (trace === undefined || trace.state === 'dropped') return undefined;
      const { limits, openSpans } = surroundings;
      return { scope, limits, openSpans, sink: trace.sink, trace } satisfies KeptEnvironment;
    },
  };

  function begin(rootIdentity: SpanContext): LocalTrace {
    const trace: LocalTrace = {
      sink(span) {
        take(trace, span);
        return false;
      },
      rootIdentity,
      spans: [],
      bytes: 0,
      state: 'open',
    };
    open.add(trace);
    addBytes(trace, traceOverheadBytes);
    return trace;
  }

  function take(trace: LocalTrace, span: EndedSpan): void {
    if (trace.state === 'dropped') return;
    const kept = sampledCopy(span);
    if (trace.state === 'kept') {
      surroundings.sink(kept);
      return;
    }
    trace.spans.push(kept);
    if (span.context === trace.rootIdentity) finish(trace, kept);
    else addBytes(trace, approximateBytes(kept));
  }

  function finish(trace: LocalTrace, root: Snapshot): void {
    const reason = reasonToKeep(root);
    const { spans } = trace;
    close(trace, reason ? 'kept' : 'dropped');
    if (reason === undefined) return;
    setAt(root.attributes, keptKey, reason);
    for (const span of spans) surroundings.sink(span);
  }

  function reasonToKeep({ status, startMillis, endMillis, attributes }: Snapshot): string | undefined {
    // One that the end of the process ended has failed: it may be what the process died of.
    if (keep.onError && (status.code === errorStatus || attributeOf(attributes, unfinishedKey) !== undefined))
      return 'error';
    return keep.slowMillis !== undefined && endMillis - startMillis >= keep.slowMillis ? 'slow' : undefined;
  }

  function addBytes(trace: LocalTrace, added: number): void {
    trace.bytes += added;
    bytes += added;
    for (const oldest of open) {
      if (bytes <= keep.maxBytes) return;
      close(oldest, 'dropped');
      log.warnOnce('traces that may yet be kept are forgotten: they need more than OTEL_NODE_KEEP_MAX_BYTES');
    }
  }

  function close(trace: LocalTrace, state: 'kept' | 'dropped'): void {
    trace.state = state;
    trace.spans = [];
    open.delete(trace);
    bytes -= trace.bytes;
  }
}

function traceOf(span: Span | undefined): LocalTrace | undefined {
  return span instanceof RecordingSpan ? (span.environment as Partial<KeptEnvironment>).trace : undefined;
}

/** Its copy is sampled; contexts that hold the span still say that it is not. */
function sampledCopy(span: EndedSpan): Snapshot {
  const { traceId, spanId, traceFlags, traceState } = span.context;
  const context = {
    traceId,
    spanId,
    traceFlags: traceFlags | sampledFlag,
    ...(traceState && { traceState }),
  };
  return { ...snapshotOf(span), context };
}
