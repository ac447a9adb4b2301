import type { Attributes } from '@opentelemetry/api';
import type { MetricData, PointIdentity } from '../../model/metric-data';
import type { ScopedMetric } from '../otlp/metric-batch';
import { columnsOf, cut, fit, paint, printable } from './text';

/** How a table is to look. */
export interface TableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colors: boolean;
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly attributes: string;
}

/**
 * Draws metrics as a table under the name of their scope, a line for each series:
 *
 *     http.server.request.duration  3 × 12.4 ms (8.1 ms … 19.7 ms)  http.request.method=GET http.route=/
 */
export function renderMetricTable(metrics: readonly ScopedMetric[], options: TableOptions): string {
  const scopes = new Map<ScopedMetric['scope'], Row[]>();
  for (const { scope, metric } of metrics) {
    const rows = scopes.get(scope) ?? [];
    if (rows.length === 0) scopes.set(scope, rows);
    rows.push(...rowsOf(metric));
  }
  const all = [...scopes.values()].flat();
  const nameWidth = Math.max(...all.map(({ name }) => columnsOf(name)));
  const valueWidth = Math.max(...all.map(({ value }) => columnsOf(value)));
  return [...scopes]
    .flatMap(([{ name, version }, rows]) => [
      paint(printable(`${name || 'unnamed meter'}${version ? ` ${version}` : ''}`), 'bold', options.colors),
      ...rows.map((row) => line(row, nameWidth, valueWidth, options)),
    ])
    .join('\n');
}

function line(row: Row, nameWidth: number, valueWidth: number, { width, colors }: TableOptions): string {
  const start = `  ${fit(row.name, nameWidth)}  `;
  const value = fit(row.value, valueWidth);
  const rest = width - columnsOf(start) - valueWidth - 2;
  const attributes = rest > 0 ? cut(row.attributes, rest) : '';
  return `${start}${paint(value, 'cyan', colors)}  ${paint(attributes, 'dim', colors)}`.trimEnd();
}

/** The name stands only before the first series. */
function rowsOf(metric: MetricData): Row[] {
  return (metric.points as readonly PointIdentity[]).map((point, index) => ({
    name: index === 0 ? printable(metric.name) : '',
    value: valueText(metric, index),
    attributes: attributesText(point.attributes),
  }));
}

function valueText(metric: MetricData, index: number): string {
  if (metric.type === 'sum' || metric.type === 'gauge')
    return quantity(metric.points[index]!.value, metric.unit);
  const { count, sum, min, max } = metric.points[index]!;
  const mean = sum === undefined || count === 0 ? '' : ` × ${quantity(sum / count, metric.unit)}`;
  const range =
    min === undefined || max === undefined || count < 2
      ? ''
      : ` (${quantity(min, metric.unit)} … ${quantity(max, metric.unit)})`;
  return `${count}${mean}${range}`;
}

/** With its unit; seconds and bytes in the size that reads best. */
function quantity(value: number, unit: string): string {
  if (unit === 's') return scaled(value, seconds);
  if (unit === 'By') return scaled(value, bytes);
  const shown = unit.replace(/[{}]/g, '');
  return shown === '' || shown === '1' ? threeDigits(value) : `${threeDigits(value)} ${printable(shown)}`;
}

type Scale = readonly (readonly [factor: number, unit: string])[];
const seconds: Scale = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
];
const bytes: Scale = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
];

function scaled(value: number, scale: Scale): string {
  // Zero is zero of the unit itself.
  const size = Math.abs(value) || 1;
  const [factor, unit] = scale.find(([each]) => size >= each) ?? scale.at(-1)!;
  return `${threeDigits(value / factor)} ${unit}`;
}

function threeDigits(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1000
    ? String(Math.round(value))
    : String(Number(value.toPrecision(3)));
}

function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([key, value]) => printable(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`))
    .join(' ');
}
