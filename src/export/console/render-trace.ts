import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { SpanData } from '../../model/span-data';
import { details } from './details';
import { columnsOf, cut, duration, fit, paint, printable, type Style } from './text';
import { buildTraces, type SpanNode, type Trace } from './trace-tree';

export interface RenderOptions {
  /** Columns of the terminal; at least 60 are used. */
  readonly width: number;
  /** ANSI colours. */
  readonly colors: boolean;
}

/**
 * Draws each trace as a tree: name, kind, service where it changes, duration, a bar that shows when in the trace the span
 * ran, status and destination. `✗` marks an error, `⋯` a span whose parent is not among the spans. Each line ends with a
 * newline; traces are apart by an empty line.
 */
export function renderTraces(spans: readonly SpanData[], options: RenderOptions): string {
  return buildTraces(spans)
    .map((trace) => renderTrace(trace, options))
    .join('\n');
}

function renderTrace(trace: Trace, { width, colors }: RenderOptions): string {
  const services = [...new Set(trace.spans.map(serviceOf))];
  const rows = toRows(trace.roots);
  const range = timeRange(trace.spans);
  const columns = layOut(rows, services, Math.max(width, 60));
  const lines = rows.map((row) => {
    const { span } = row.node;
    const failed = row.group.some(isError);
    const service = services.length > 1 && row.showService ? printable(serviceOf(span)) : '';
    const serviceStyle = serviceStyles[services.indexOf(serviceOf(span)) % serviceStyles.length];
    const branch = fitBranch(row, columns.name - Math.min(shortestName, columnsOf(row.name)));
    const name = fit(row.name, columns.name - columnsOf(branch));
    const cells = [
      paint(branch, 'dim', colors) +
        paint(name, failed ? 'red' : row.depth === 0 ? 'bold' : undefined, colors),
      paint(fit(SpanKind[span.kind] ?? '', 8), 'dim', colors),
      ...(services.length > 1 ? [paint(fit(service, columns.service), serviceStyle, colors)] : []),
      row.duration.padStart(8),
      paintBar(bar(row.group, range, columns.bar), failed ? 'red' : serviceStyle, colors),
      paint(cut(row.details, columns.details), failed ? 'red' : 'dim', colors),
    ];
    return cells.join('  ').trimEnd();
  });
  return `${[header(trace, services, range, colors), ...lines].join('\n')}\n`;
}

const shortestName = 14;

/** Deeper levels are told apart by their number alone. */
const deepestBranch = 40;

/** A branch that would leave no room for the name becomes the number of its level. */
function fitBranch({ branch, depth }: Row, columns: number): string {
  return depth <= deepestBranch && columnsOf(branch) <= columns
    ? branch
    : `${' '.repeat(Math.max(0, columns - 8))}…${depth} ${branch.slice(-3)}`;
}

const serviceStyles: readonly Style[] = ['cyan', 'magenta', 'green', 'yellow', 'blue'];

function header(
  { traceId, spans }: Trace,
  services: readonly string[],
  range: TimeRange,
  colors: boolean,
): string {
  const errors = spans.filter(isError).length;
  const facts = [
    spans.length === 1 ? '1 span' : `${spans.length} spans`,
    duration(range.end - range.start),
    ...(errors > 0 ? [paint(errors === 1 ? '1 error' : `${errors} errors`, 'red', colors)] : []),
    printable(services.join(', ')),
  ];
  return `${paint(`trace ${traceId}`, 'bold', colors)}  ${facts.join('  ')}`;
}

interface Row {
  readonly node: SpanNode;
  /** The spans that the row stands for: its own, or a run of like siblings. */
  readonly group: readonly SpanData[];
  readonly depth: number;
  readonly branch: string;
  readonly name: string;
  readonly showService: boolean;
  readonly duration: string;
  readonly details: string;
}

/** One row a span, depth first; no recursion, since a broken program may nest thousands of spans. */
function toRows(roots: readonly SpanNode[]): Row[] {
  const rows: Row[] = [];
  const pending = foldRuns(roots)
    .reverse()
    .map((run) => ({ run, depth: 0, indent: '', last: true, parent: undefined as SpanData | undefined }));
  while (pending.length > 0) {
    const { run, depth, indent, last, parent } = pending.pop()!;
    const node = run[0]!;
    rows.push(toRow(run, depth, depth === 0 ? '' : indent + (last ? '└─ ' : '├─ '), parent));
    const below = depth === 0 || depth > deepestBranch ? indent : indent + (last ? '   ' : '│  ');
    const runs = foldRuns(node.children);
    for (let index = runs.length - 1; index >= 0; index--) {
      const isLast = index === runs.length - 1;
      pending.push({ run: runs[index]!, depth: depth + 1, indent: below, last: isLast, parent: node.span });
    }
  }
  return rows;
}

function toRow(run: readonly SpanNode[], depth: number, branch: string, parent: SpanData | undefined): Row {
  const node = run[0]!;
  const { span } = node;
  const group = run.map((member) => member.span);
  const common = {
    node,
    group,
    depth,
    branch,
    showService: !parent || serviceOf(parent) !== serviceOf(span),
  };
  if (run.length > 1) {
    const lengths = group.map(durationOf).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const spread = `${duration(lengths[0]!)} to ${duration(lengths.at(-1)!)} each`;
    return { ...common, name: `… ${run.length} more ${printable(span.name)}`, duration: '', details: spread };
  }
  const mark = (isError(span) ? '✗ ' : '') + (node.parentMissing ? '⋯ ' : '');
  const notes = [details(span)];
  if (parent && span.startTimeUnixNano < parent.startTimeUnixNano) {
    notes.unshift(`starts ${duration(parent.startTimeUnixNano - span.startTimeUnixNano)} before its parent`);
  }
  if (node.parentMissing) notes.push(`parent ${span.parentSpanId} not here`);
  return {
    ...common,
    name: mark + printable(span.name),
    duration: duration(durationOf(span)),
    details: notes.filter(Boolean).join('  '),
  };
}

/** Of more than `longestRun` like siblings in a row (a query in a loop), all but the first three become one row. */
function foldRuns(siblings: readonly SpanNode[]): SpanNode[][] {
  const runs: SpanNode[][] = [];
  for (let start = 0; start < siblings.length; ) {
    let end = start + 1;
    while (end < siblings.length && isAlike(siblings[start]!, siblings[end]!)) end++;
    const run = siblings.slice(start, end);
    if (run.length > longestRun) runs.push(...run.slice(0, 3).map((node) => [node]), run.slice(3));
    else runs.push(...run.map((node) => [node]));
    start = end;
  }
  return runs;
}

const longestRun = 8;

function isAlike(a: SpanNode, b: SpanNode): boolean {
  return (
    a.children.length === 0 &&
    b.children.length === 0 &&
    a.span.name === b.span.name &&
    a.span.kind === b.span.kind &&
    a.parentMissing === b.parentMissing &&
    !isError(a.span) &&
    !isError(b.span) &&
    serviceOf(a.span) === serviceOf(b.span)
  );
}

/** The name gets what it needs up to a limit; what is left over goes to the details, and if they need less, to the bar. */
function layOut(rows: readonly Row[], services: readonly string[], width: number) {
  const service = Math.min(14, Math.max(...services.map((name) => columnsOf(printable(name)))));
  const longest = Math.max(...rows.map((row) => columnsOf(row.branch) + columnsOf(row.name)));
  const smallestBar = Math.round(width / 6);
  const fixed = 8 + 8 + 4 * 2 + (services.length > 1 ? service + 2 : 0);
  const left = width - fixed - smallestBar;
  const wanted = Math.max(...rows.map((row) => columnsOf(row.details)));
  const detailsKept = Math.min(wanted, Math.round(left * 0.3));
  const name = Math.max(shortestName, Math.min(longest, left - detailsKept));
  const details = Math.max(0, Math.min(wanted, left - name));
  return { service, name, details, bar: Math.min(smallestBar + Math.max(0, left - name - details), 40) };
}

function paintBar(text: string, style: Style | undefined, colors: boolean): string {
  return text.replace(/·+|[^·]+/g, (part) => paint(part, part.startsWith('·') ? 'dim' : style, colors));
}

interface TimeRange {
  readonly start: bigint;
  readonly end: bigint;
}

function timeRange(spans: readonly SpanData[]): TimeRange {
  let start = spans[0]!.startTimeUnixNano;
  let end = start;
  for (const span of spans) {
    if (span.startTimeUnixNano < start) start = span.startTimeUnixNano;
    if (span.endTimeUnixNano > end) end = span.endTimeUnixNano;
  }
  return { start, end };
}

/** A span shorter than a cell is a thin line in it. */
function bar(group: readonly SpanData[], trace: TimeRange, cells: number): string {
  const { start, end } = timeRange(group);
  const total = Number(trace.end - trace.start) || 1;
  const cellAt = (time: bigint) => (Number(time - trace.start) / total) * cells;
  const from = Math.min(cells - 1, Math.floor(cellAt(start)));
  const filled =
    cellAt(end) - cellAt(start) < 0.75 ? '▏' : '█'.repeat(Math.max(1, Math.round(cellAt(end)) - from));
  return '·'.repeat(from) + filled + '·'.repeat(cells - from - filled.length);
}

const isError = (span: SpanData) => span.status.code === SpanStatusCode.ERROR;
const durationOf = (span: SpanData) => span.endTimeUnixNano - span.startTimeUnixNano;
const serviceOf = (span: SpanData) => String(span.resource['service.name'] ?? '');
