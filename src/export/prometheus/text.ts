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
import { type FamilyName, familyName, labelName } from './names';

/** OpenMetrics 1.0 with exemplars, or Prometheus' own text format 0.0.4. */
export type Format = 'openMetrics' | 'text';

/** A metric family: metrics of one name may come from several scopes, but stand together. */
interface Family {
  readonly name: FamilyName;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly description: string;
  readonly lines: string[];
}

type Labels = readonly (readonly [name: string, value: string])[];

/** Writes all metrics as text ("Prometheus and OpenMetrics Compatibility" of the OpenTelemetry specification). */
export function renderMetrics(scopes: readonly ScopeMetrics[], resource: Attributes, format: Format): string {
  const families = new Map<string, Family>();
  for (const { scope, metrics } of scopes) {
    const scopeLabels = labelsOfScope(scope);
    for (const metric of metrics) addMetric(families, metric, scopeLabels, format);
  }
  const texts = [
    targetInfo(resource, format),
    ...[...families.values()].map((family) => head(family, format)),
  ];
  return `${texts.join('')}${format === 'openMetrics' ? '# EOF\n' : ''}`;
}

function addMetric(
  families: Map<string, Family>,
  metric: MetricData,
  scopeLabels: Labels,
  format: Format,
): void {
  if (metric.type === 'exponentialHistogram') {
    log.warnOnce(
      `metric ${metric.name}: Prometheus' text formats have no exponential histograms; it is left out`,
    );
    return;
  }
  const name = familyName(metric);
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
    const labels = [...labelsOf(point.attributes), ...scopeLabels];
    if (metric.type === 'histogram') addHistogram(family, point as HistogramPoint, labels, format);
    else addNumber(family, point as NumberPoint, labels, format);
  }
}

function addNumber({ name, lines }: Family, point: NumberPoint, labels: Labels, format: Format): void {
  const sample = name.isCounter ? `${name.base}_total` : name.base;
  const exemplar = name.isCounter ? point.exemplars[0] : undefined;
  lines.push(`${sample}${braced(labels)} ${number(point.value)}${exemplarText(exemplar, format)}`);
}

function addHistogram({ name, lines }: Family, point: HistogramPoint, labels: Labels, format: Format): void {
  const { boundaries, bucketCounts } = point;
  let count = 0;
  for (let i = 0; i < bucketCounts.length; i++) {
    count += bucketCounts[i]!;
    const low = i === 0 ? Number.NEGATIVE_INFINITY : boundaries[i - 1]!;
    const high = i === boundaries.length ? Number.POSITIVE_INFINITY : boundaries[i]!;
    const exemplar = point.exemplars.find(({ value }) => value > low && value <= high);
    const bound = format === 'openMetrics' ? float(high) : number(high);
    const text = exemplarText(exemplar, format);
    lines.push(`${name.base}_bucket${braced([...labels, ['le', bound]])} ${count}${text}`);
  }
  if (point.sum !== undefined) lines.push(`${name.base}_sum${braced(labels)} ${number(point.sum)}`);
  lines.push(`${name.base}_count${braced(labels)} ${count}`);
}

function head({ name, type, description, lines }: Family, format: Format): string {
  const family = format === 'text' && name.isCounter ? `${name.base}_total` : name.base;
  const comments = [`# TYPE ${family} ${type}`];
  if (format === 'openMetrics' && name.unit) comments.push(`# UNIT ${family} ${name.unit}`);
  if (description) comments.push(`# HELP ${family} ${helpText(description, format)}`);
  return `${[...comments, ...lines].join('\n')}\n`;
}

function targetInfo(resource: Attributes, format: Format): string {
  const family = format === 'openMetrics' ? '# TYPE target info' : '# TYPE target_info gauge';
  const help = `# HELP ${format === 'openMetrics' ? 'target' : 'target_info'} Target metadata`;
  return `${family}\n${help}\ntarget_info${braced(labelsOf(resource))} 1\n`;
}

function labelsOfScope({ name, version, schemaUrl }: Scope): Labels {
  const labels: [string, string][] = [['otel_scope_name', name]];
  if (version) labels.push(['otel_scope_version', version]);
  if (schemaUrl) labels.push(['otel_scope_schema_url', schemaUrl]);
  return labels;
}

/** Attributes whose keys become the same label are joined (same specification, "Metric Attributes"). */
function labelsOf(attributes: Attributes): Labels {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key];
    const name = labelName(key);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const before = labels.get(name);
    labels.set(name, before === undefined ? text : `${before};${text}`);
  }
  return [...labels];
}

/** Code points that the labels of an exemplar may have (OpenMetrics, "Exemplars"). */
const maxExemplarLength = 128;

function exemplarText(exemplar: Exemplar | undefined, format: Format): string {
  if (exemplar === undefined || format === 'text') return '';
  const { traceId, spanId, filteredAttributes, value, timeMillis } = exemplar;
  const ids: Labels =
    traceId && spanId
      ? [
          ['trace_id', traceId],
          ['span_id', spanId],
        ]
      : [];
  const all = [...ids, ...labelsOf(filteredAttributes)];
  const length = all.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  const labels = length <= maxExemplarLength ? all : ids;
  return ` # {${labels.map(label).join(',')}} ${number(value)} ${(timeMillis / 1000).toFixed(3)}`;
}

function braced(labels: Labels): string {
  return labels.length === 0 ? '' : `{${labels.map(label).join(',')}}`;
}

const label = ([name, value]: readonly [string, string]) => `${name}="${escapeQuoted(value)}"`;

function escapeQuoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function helpText(text: string, format: Format): string {
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
