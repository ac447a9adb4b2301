import type { Attributes } from '@opentelemetry/api';
import { log } from '../../diag/log';
import type {
  Exemplar,
  HistogramPoint,
  MetricData,
  NumberPoint,
  ScopeMetrics,
} from '../../model/metric-data';
import type { Scope } from '../../model/span-data';
import { type FamilyName, familyName, isClassic, labelName } from './names';
import type { Style } from './negotiate';

/** What is told besides the metrics themselves. */
export interface TextOptions {
  /** Whether points have labels that tell their scope. Default true. */
  readonly scopeInfo?: boolean | undefined;
  /** Whether the resource is told by a metric of its own. Default true. */
  readonly targetInfo?: boolean | undefined;
  /** Which attributes of the resource every point has as labels; missing means none. */
  readonly isResourceLabel?: ((key: string) => boolean) | undefined;
}

/** A metric family: metrics of one name may come from several scopes, but stand together. */
interface Family {
  readonly name: FamilyName;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly description: string;
  readonly lines: string[];
}

type Labels = readonly (readonly [name: string, value: string])[];

/** Writes all metrics as text ("Prometheus and OpenMetrics Compatibility" of the OpenTelemetry specification). */
export function renderMetrics(
  scopes: readonly ScopeMetrics[],
  resource: Attributes,
  style: Style,
  options: TextOptions = {},
): string {
  const families = new Map<string, Family>();
  const constantLabels = labelsOf(picked(resource, options.isResourceLabel), style);
  for (const { scope, metrics } of scopes) {
    const shared = [...(options.scopeInfo === false ? [] : labelsOfScope(scope)), ...constantLabels];
    for (const metric of metrics) addMetric(families, metric, shared, style);
  }
  const texts = [
    options.targetInfo === false ? '' : targetInfo(resource, style),
    ...[...families.values()].map((family) => head(family, style)),
  ];
  return `${texts.join('')}${style.format === 'openMetrics' ? '# EOF\n' : ''}`;
}

function addMetric(families: Map<string, Family>, metric: MetricData, shared: Labels, style: Style): void {
  if (metric.type === 'exponentialHistogram') {
    log.warnOnce(
      `metric ${metric.name}: Prometheus' text formats have no exponential histograms; it is left out`,
    );
    return;
  }
  const name = familyName(metric, style.naming);
  const type = metric.type === 'histogram' ? 'histogram' : name.isCounter ? 'counter' : 'gauge';
  let family = families.get(name.base);
  if (!family) families.set(name.base, (family = { name, type, description: metric.description, lines: [] }));
  if (family.type !== type) {
    log.warnOnce(
      `metric ${metric.name}: it is a ${family.type} and a ${type}; Prometheus gets the former only`,
    );
    return;
  }
  for (const point of metric.points) {
    const own = labelsOf(point.attributes, style);
    const names = new Set(own.map(([name]) => name));
    const labels = [...own, ...shared.filter(([name]) => !names.has(name))];
    if (metric.type === 'histogram') addHistogram(family, point as HistogramPoint, labels, style);
    else addNumber(family, point as NumberPoint, labels, style);
  }
}

function addNumber({ name, lines }: Family, point: NumberPoint, labels: Labels, style: Style): void {
  const exemplar = name.isCounter ? point.exemplars[0] : undefined;
  const text = exemplarText(exemplar, style);
  lines.push(`${sample(name.base + name.total, labels)} ${number(point.value)}${text}`);
}

function addHistogram({ name, lines }: Family, point: HistogramPoint, labels: Labels, style: Style): void {
  const { boundaries, bucketCounts } = point;
  let count = 0;
  for (let i = 0; i < bucketCounts.length; i++) {
    count += bucketCounts[i]!;
    const low = i === 0 ? Number.NEGATIVE_INFINITY : boundaries[i - 1]!;
    const high = i === boundaries.length ? Number.POSITIVE_INFINITY : boundaries[i]!;
    const exemplar = point.exemplars.find(({ value }) => value > low && value <= high);
    const bound = style.format === 'openMetrics' ? float(high) : number(high);
    const text = exemplarText(exemplar, style);
    lines.push(`${sample(`${name.base}_bucket`, [...labels, ['le', bound]])} ${count}${text}`);
  }
  if (point.sum !== undefined) lines.push(`${sample(`${name.base}_sum`, labels)} ${number(point.sum)}`);
  lines.push(`${sample(`${name.base}_count`, labels)} ${count}`);
}

function head({ name, type, description, lines }: Family, { format }: Style): string {
  const family = quoted(format === 'text' ? name.base + name.total : name.base);
  const comments = [`# TYPE ${family} ${type}`];
  if (format === 'openMetrics' && name.unit) comments.push(`# UNIT ${family} ${name.unit}`);
  if (description) comments.push(`# HELP ${family} ${helpText(description, format)}`);
  return `${[...comments, ...lines].join('\n')}\n`;
}

function targetInfo(resource: Attributes, style: Style): string {
  const isOpenMetrics = style.format === 'openMetrics';
  const family = isOpenMetrics ? '# TYPE target info' : '# TYPE target_info gauge';
  const help = `# HELP ${isOpenMetrics ? 'target' : 'target_info'} Target metadata`;
  return `${family}\n${help}\n${sample('target_info', labelsOf(resource, style))} 1\n`;
}

function picked(attributes: Attributes, isWanted: ((key: string) => boolean) | undefined): Attributes {
  if (isWanted === undefined) return {};
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => isWanted(key)));
}

function labelsOfScope({ name, version, schemaUrl }: Scope): Labels {
  const labels: [string, string][] = [['otel_scope_name', name]];
  if (version) labels.push(['otel_scope_version', version]);
  if (schemaUrl) labels.push(['otel_scope_schema_url', schemaUrl]);
  return labels;
}

/** Attributes whose keys become the same label are joined (same specification, "Metric Attributes"). */
function labelsOf(attributes: Attributes, { naming }: Style): Labels {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key];
    const name = labelName(key, naming);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const before = labels.get(name);
    labels.set(name, before === undefined ? text : `${before};${text}`);
  }
  return [...labels];
}

/** Code points that the labels of an exemplar may have (OpenMetrics, "Exemplars"). */
const maxExemplarLength = 128;

function exemplarText(exemplar: Exemplar | undefined, style: Style): string {
  if (exemplar === undefined || style.format === 'text') return '';
  const { span, filteredAttributes, value, timeMillis } = exemplar;
  const ids: Labels = span
    ? [
        ['trace_id', span.traceId],
        ['span_id', span.spanId],
      ]
    : [];
  const all = [...ids, ...labelsOf(filteredAttributes, style)];
  const length = all.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  const labels = length <= maxExemplarLength ? all : ids;
  return ` # {${labels.map(label).join(',')}} ${number(value)} ${(timeMillis / 1000).toFixed(3)}`;
}

/** A name that needs quotes stands among the labels. */
function sample(name: string, labels: Labels): string {
  const texts = labels.map(label);
  if (!isClassic(name)) return `{${[quoted(name), ...texts].join(',')}}`;
  return texts.length === 0 ? name : `${name}{${texts.join(',')}}`;
}

const label = ([name, value]: readonly [string, string]) => `${quoted(name)}="${escapeQuoted(value)}"`;

function quoted(name: string): string {
  return isClassic(name) ? name : `"${escapeQuoted(name)}"`;
}

function escapeQuoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function helpText(text: string, format: Style['format']): string {
  return format === 'openMetrics'
    ? escapeQuoted(text)
    : text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** OpenMetrics' canonical form has a point. */
function float(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : number(value);
}
