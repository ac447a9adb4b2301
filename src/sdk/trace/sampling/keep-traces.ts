import type { Span, SpanContext } from '@opentelemetry/api';
import type { KeepConfig } from '../../../config/sampler-config';
import { log } from '../../../diag/log';
import { attributeOf, setAt } from '../../../model/attribute-list';
import type { EndedSpan } from '../../../model/ended-span';
import { RecordingSpan, type SpanEnvironment, unfinishedKey } from '../recording-span';
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
  /** Where an unsampled span goes; `undefined`: it need not be recorded. */
  environmentOf(
    identity: SpanContext,
    parent: SpanContext | undefined,
    parentSpan: Span | undefined,
  ): SpanEnvironment | undefined;
}

/** The spans of a trace in this process, from its local root on. */
interface LocalTrace extends SpanEnvironment {
  readonly rootIdentity: SpanContext;
  /** Ended, while it is open. */
  spans: EndedSpan[];
  bytes: number;
  state: 'open' | 'kept' | 'dropped';
}

/**
 * Keeps a local trace that was sampled out at its root if that root, the first span of the trace in this process, fails or is slow. Other
 * processes have seen the flag of an unsampled trace by then.
 *
 * @param environment where spans go that are kept
 */
export function createTraceKeeper(environment: SpanEnvironment, keep: KeepConfig): TraceKeeper {
  /** The oldest first. */
  const open = new Set<LocalTrace>();
  let bytes = 0;

  return {
    environmentOf(identity, parent, parentSpan) {
      if (parent === undefined || parent.isRemote) return begin(identity);
      const trace = parentSpan instanceof RecordingSpan ? (parentSpan.environment as LocalTrace) : undefined;
      return trace?.state === 'open' || trace?.state === 'kept' ? trace : undefined;
    },
  };

  function begin(rootIdentity: SpanContext): LocalTrace {
    const trace: LocalTrace = {
      limits: environment.limits,
      openSpans: environment.openSpans,
      sink: (span) => take(trace, span),
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
      environment.sink(kept);
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
    for (const span of spans) environment.sink(span);
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

/** Its copy is sampled; contexts that hold the span still say that it is not. */
function sampledCopy(span: EndedSpan): Snapshot {
  const { context } = span;
  return { ...snapshotOf(span), context: { ...context, traceFlags: context.traceFlags | sampledFlag } };
}
