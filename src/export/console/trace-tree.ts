import type { SpanData } from '../../model/span-data';

/** A span and what it caused. */
export interface SpanNode {
  readonly span: SpanData;
  /** By start time. */
  readonly children: SpanNode[];
  /** The span names a parent that is not among the spans: another process has it, or it is lost. */
  readonly parentMissing: boolean;
}

/** One trace: more than one root when parents are missing. */
export interface Trace {
  readonly traceId: string;
  readonly roots: readonly SpanNode[];
  /** Every span of the trace, by start time. */
  readonly spans: readonly SpanData[];
}

/** Joins spans by their parent ids into one tree a trace; traces and siblings by start time, ties by order of arrival. */
export function buildTraces(spans: readonly SpanData[]): Trace[] {
  const traces = new Map<string, SpanData[]>();
  for (const span of [...spans].sort(byStart)) {
    const trace = traces.get(span.traceId);
    if (trace) trace.push(span);
    else traces.set(span.traceId, [span]);
  }
  return [...traces].map(([traceId, members]) => ({ traceId, roots: joinByParent(members), spans: members }));
}

function joinByParent(spans: readonly SpanData[]): SpanNode[] {
  const bySpanId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = ({ parentSpanId }: SpanData) =>
    parentSpanId === undefined ? undefined : bySpanId.get(parentSpanId);
  const nodes = new Map<SpanData, SpanNode>();
  for (const span of spans) {
    const parentMissing = span.parentSpanId !== undefined && parentOf(span) === undefined;
    nodes.set(span, { span, children: [], parentMissing });
  }
  const cut = cycleStarts(spans, parentOf);
  const roots: SpanNode[] = [];
  for (const [span, node] of nodes) {
    const parent = parentOf(span);
    (parent === undefined || cut.has(span) ? roots : nodes.get(parent)!.children).push(node);
  }
  return roots;
}

/** Broken telemetry may hold spans that are their own ancestors; a tree that starts nowhere would leave them out. */
function cycleStarts(
  spans: readonly SpanData[],
  parentOf: (span: SpanData) => SpanData | undefined,
): Set<SpanData> {
  const starts = new Set<SpanData>();
  const settled = new Set<SpanData>();
  for (const span of spans) {
    const path = new Set<SpanData>();
    let ancestor: SpanData | undefined = span;
    while (ancestor !== undefined && !settled.has(ancestor) && !path.has(ancestor)) {
      path.add(ancestor);
      ancestor = parentOf(ancestor);
    }
    if (ancestor !== undefined && path.has(ancestor)) starts.add(ancestor);
    for (const each of path) settled.add(each);
  }
  return starts;
}

function byStart(a: SpanData, b: SpanData): number {
  return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : a.startTimeUnixNano > b.startTimeUnixNano ? 1 : 0;
}
