import { AssertionError } from 'node:assert';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { buildTraces, type SpanNode } from '../../src/export/console/trace-tree';
import type { SpanData } from '../../src/model/span-data';
import { diffLines } from './diff-lines';
import { pairSiblings } from './pair-siblings';
import {
  type DrawnAttribute,
  type DrawnNote,
  type DrawnSpan,
  parseTree,
  type Variables,
  writeName,
  writeValue,
} from './tree-notation';

/**
 * Compares all spans with a drawn tree (notation: tree-notation.ts); one span, attribute, event or link too many or too
 * few fails. Siblings and traces stand in order of their start.
 *
 * @throws AssertionError that names each difference and shows the drawing against the spans in the same notation
 */
export function expectTree(spans: readonly SpanData[], drawing: string, variables: Variables = {}): void {
  const drawn = parseTree(drawing, variables);
  const roots = rootsOf(spans);
  const comparison = compareSiblings(drawn, roots, namer(spans), '');
  for (const span of spans) {
    if (span.endTimeUnixNano < span.startTimeUnixNano)
      comparison.problems.push(`${span.name}: ends before it starts`);
  }
  if (comparison.problems.length === 0) return;
  const message = [
    `the spans differ from the drawn tree (${comparison.problems.length} differences):`,
    ...comparison.problems.slice(0, 20).map((problem) => `  ${problem}`),
    '',
    '- drawn, + actual:',
    ...diffLines(comparison.drawn, comparison.actual),
    '',
    'actual, to paste after review:',
    ...comparison.actual,
  ].join('\n');
  throw new AssertionError({ message, stackStartFn: expectTree });
}

/** The spans as a drawing, to start a new test from. */
export function drawTree(spans: readonly SpanData[]): string {
  return compareSiblings([], rootsOf(spans), namer(spans), '').actual.join('\n');
}

/** What is wrong, and both sides as text. The actual side keeps the drawn wildcards wherever they fit. */
interface Comparison {
  readonly problems: string[];
  readonly drawn: string[];
  readonly actual: string[];
}

type NameOf = (traceId: string, spanId: string) => string;

function rootsOf(spans: readonly SpanData[]): SpanNode[] {
  const roots = buildTraces(spans).flatMap((trace) => trace.roots);
  return roots.sort((a, b) => Number(a.span.startTimeUnixNano - b.span.startTimeUnixNano));
}

/** Links are drawn by the name of the span that they point to. */
function namer(spans: readonly SpanData[]): NameOf {
  const names = new Map(spans.map((span) => [`${span.traceId} ${span.spanId}`, span.name]));
  return (traceId, spanId) => names.get(`${traceId} ${spanId}`) ?? '...';
}

function compareSiblings(
  drawn: readonly DrawnSpan[],
  actual: readonly SpanNode[],
  nameOf: NameOf,
  indent: string,
): Comparison {
  const total: Comparison = { problems: [], drawn: [], actual: [] };
  // Each pair is compared more than once while the best pairing is sought: remember the outcomes.
  const known = new Map<DrawnSpan, Map<SpanNode, Comparison>>();
  const compare = (left: DrawnSpan, right: SpanNode) => {
    const row = known.get(left) ?? known.set(left, new Map()).get(left)!;
    return row.get(right) ?? row.set(right, compareSpan(left, right, nameOf, indent)).get(right)!;
  };
  const pairs = pairSiblings(drawn, actual, {
    isSame: (left, right) => compare(left, right).problems.length === 0,
    isAlike: (left, right) => left.name.matches(right.span.name) && left.kind === SpanKind[right.span.kind],
  });
  for (const [left, right] of pairs) {
    const comparison = left && right ? compare(left, right) : compareSpan(left, right, nameOf, indent);
    total.problems.push(...comparison.problems);
    total.drawn.push(...comparison.drawn);
    total.actual.push(...comparison.actual);
  }
  return total;
}

function compareSpan(
  drawn: DrawnSpan | undefined,
  node: SpanNode | undefined,
  nameOf: NameOf,
  indent: string,
): Comparison {
  const span = node?.span;
  const title =
    drawn && !(span && !drawn.name.matches(span.name)) ? drawn.name.source : writeName(span?.name ?? '');
  const problems: string[] = [];
  const say = (problem: string) => problems.push(`${title}: ${problem}`);
  if (!span) say('missing span');
  if (!drawn) say('unexpected span');
  const paired = drawn !== undefined && span !== undefined;

  const head = { drawn: drawn ? drawnHead(drawn) : '', actual: node ? actualHead(drawn, node) : '' };
  if (paired && head.drawn !== head.actual) say(`expected "${head.drawn}", got "${head.actual}"`);
  const attributes = compareAttributes(
    drawn?.attributes ?? [],
    span?.attributes ?? {},
    paired ? say : () => {},
  );
  const events = compareNotes('event', drawn?.events ?? [], span?.events ?? [], paired ? say : () => {});
  const actualLinks = (span?.links ?? []).map((link) => ({
    name: nameOf(link.context.traceId, link.context.spanId),
    attributes: link.attributes ?? {},
  }));
  const links = compareNotes('link', drawn?.links ?? [], actualLinks, paired ? say : () => {});
  const children = compareSiblings(drawn?.children ?? [], node?.children ?? [], nameOf, `${indent}  `);
  // A span that is missing or too many is said once, not again for each of its descendants.
  problems.push(...(paired ? children.problems.map((problem) => `${title} > ${problem}`) : []));

  const notes = (side: 'drawn' | 'actual') =>
    [...events[side], ...links[side]].map((note) => `${indent}  ${note}`);
  return {
    problems,
    drawn: drawn ? [...wrap(indent, head.drawn, attributes.drawn), ...notes('drawn'), ...children.drawn] : [],
    actual: span
      ? [...wrap(indent, head.actual, attributes.actual), ...notes('actual'), ...children.actual]
      : [],
  };
}

function drawnHead(drawn: DrawnSpan): string {
  const marks = (drawn.anyOrder ? '~ ' : '') + (drawn.parentMissing ? '... ' : '');
  const status = drawn.status === 'UNSET' ? '' : ` ${drawn.status}`;
  return `${marks}${drawn.name.source} ${drawn.kind}${status}${drawn.statusMessage ? ` ${drawn.statusMessage.source}` : ''}`;
}

function actualHead(drawn: DrawnSpan | undefined, { span, parentMissing }: SpanNode): string {
  const marks = (drawn?.anyOrder ? '~ ' : '') + (parentMissing ? '... ' : '');
  const name = drawn?.name.matches(span.name) ? drawn.name.source : writeName(span.name);
  const { code, message } = span.status;
  const status = code === SpanStatusCode.UNSET ? '' : ` ${SpanStatusCode[code]}`;
  const fits = drawn?.statusMessage?.matches(message);
  const shownMessage =
    message === undefined ? '' : ` ${fits ? drawn!.statusMessage!.source : JSON.stringify(message)}`;
  return `${marks}${name} ${SpanKind[span.kind]}${status}${shownMessage}`;
}

interface Sides {
  readonly drawn: string[];
  readonly actual: string[];
}

function compareAttributes(
  groups: readonly (readonly DrawnAttribute[])[],
  actual: Attributes,
  say: (problem: string) => void,
): Sides {
  const left = new Map(Object.entries(actual));
  const shown: string[] = [];
  for (const group of groups) {
    const wrong = group.filter(({ key, value }) => !(left.has(key) && value.matches(left.get(key))));
    for (const { key, value } of wrong) {
      const got = left.has(key) ? `got ${writeValue(left.get(key))}` : 'it is missing';
      say(`attribute ${key}: expected ${value.source}, ${got}`);
    }
    if (wrong.length === 0) shown.push(...new Set(group.map(({ source }) => source)));
    else for (const { key } of group) if (left.has(key)) shown.push(suggest(key, left.get(key)));
    for (const { key } of group) left.delete(key);
  }
  for (const [key, value] of [...left].sort(([a], [b]) => (a < b ? -1 : 1))) {
    shown.push(suggest(key, value));
    say(`unexpected attribute ${key}=${writeValue(value)}`);
  }
  return { drawn: groups.flatMap((group) => [...new Set(group.map(({ source }) => source))]), actual: shown };
}

/** An attribute to paste: what differs from run to run becomes a wildcard. */
function suggest(key: string, value: unknown): string {
  if (key === 'exception.stacktrace') return `${key}={any}`;
  if (typeof value === 'number' && value >= firstEphemeralPort && key.endsWith('.port'))
    return `${key}={port}`;
  return `${key}=${writeValue(value).replace(/(127\.0\.0\.1|localhost|::1\]):\d+/g, '$1:{port}')}`;
}

const firstEphemeralPort = 32_768;

function compareNotes(
  word: 'event' | 'link',
  drawn: readonly DrawnNote[],
  actual: readonly { readonly name: string; readonly attributes: Attributes }[],
  say: (problem: string) => void,
): Sides {
  const sides: Sides = { drawn: [], actual: [] };
  for (let index = 0; index < Math.max(drawn.length, actual.length); index++) {
    const left = drawn[index];
    const right = actual[index];
    const fits = left && right && left.name.matches(right.name);
    const name = right && writeName(right.name);
    if (!fits)
      say(
        left && right
          ? `${word}: expected ${left.name.source}, got ${name}`
          : left
            ? `missing ${word} ${left.name.source}`
            : `unexpected ${word} ${name}`,
      );
    const sayMore = fits ? (problem: string) => say(`${word} ${left.name.source}: ${problem}`) : () => {};
    const attributes = compareAttributes(left?.attributes ?? [], right?.attributes ?? {}, sayMore);
    if (left) sides.drawn.push([`${word}: ${left.name.source}`, ...attributes.drawn].join(' '));
    if (right)
      sides.actual.push([`${word}: ${fits ? left.name.source : name}`, ...attributes.actual].join(' '));
  }
  return sides;
}

/** One line if it fits, else the attributes in `|` lines below the span. */
function wrap(indent: string, head: string, attributes: readonly string[]): string[] {
  const oneLine = [indent + head, ...attributes].join(' ');
  if (oneLine.length <= 100) return [oneLine];
  const lines = [indent + head];
  let line = '';
  for (const attribute of attributes) {
    if (line !== '' && line.length + attribute.length + 1 > 100) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? `${indent}  | ${attribute}` : `${line} ${attribute}`;
  }
  return line === '' ? lines : [...lines, line];
}
