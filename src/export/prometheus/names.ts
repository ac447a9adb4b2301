import type { TranslationStrategy } from '../../config/config';
import type { MetricData } from '../../model/metric-data';

/** Units of UCUM as Prometheus calls them ("Prometheus and OpenMetrics Compatibility", "Metric Metadata"). */
const units: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
};
const perUnits: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

/** What becomes of names. */
export interface Naming {
  /** Whether every character that is not of the classic set becomes an underscore. */
  readonly escapes: boolean;
  /** Whether they end in unit and type. */
  readonly hasSuffixes: boolean;
}

/** By the name that the configuration has for them. */
export const namings: Readonly<Record<TranslationStrategy, Naming>> = {
  underscore_escaping_with_suffixes: { escapes: true, hasSuffixes: true },
  underscore_escaping_without_suffixes: { escapes: true, hasSuffixes: false },
  no_utf8_escaping_with_suffixes: { escapes: false, hasSuffixes: true },
  no_translation: { escapes: false, hasSuffixes: false },
};

/** What a scraper gets that asks for nothing else. */
export const classicNaming = namings.underscore_escaping_with_suffixes;

/** The names of a metric family: with the unit, for counters also with `_total`. */
export interface FamilyName {
  /** Without `_total`. */
  readonly base: string;
  readonly isCounter: boolean;
  /** What is added to `base` for the samples of a counter; empty if nothing is. */
  readonly total: '_total' | '';
  /** What `base` ends with; empty if there is no unit. */
  readonly unit: string;
}

/** Name and unit of a metric as Prometheus wants them (specification, "Prometheus and OpenMetrics Compatibility"). */
export function familyName(metric: MetricData, { escapes, hasSuffixes }: Naming = classicNaming): FamilyName {
  const isCounter = metric.type === 'sum' && metric.isMonotonic;
  let base = escapes ? sanitize(metric.name) : metric.name;
  if (!hasSuffixes) return { base, isCounter, total: '', unit: '' };
  const unit = unitName(metric);
  if (isCounter) base = base.replace(/_total$/, '');
  if (unit && base !== unit && !base.endsWith(`_${unit}`)) base = `${base}_${unit}`;
  return { base, isCounter, total: isCounter ? '_total' : '', unit };
}

function unitName({ type, unit }: MetricData): string {
  if (unit === '1') return type === 'gauge' ? 'ratio' : '';
  const [amount = '', per = ''] = unit.replace(/\{[^}]*\}/g, '').split('/', 2);
  const name = sanitizeUnit(units[amount] ?? amount);
  return per ? `${name ? `${name}_` : ''}per_${sanitizeUnit(perUnits[per] ?? per)}` : name;
}

function sanitizeUnit(text: string): string {
  return text.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_+|_+$/g, '');
}

function sanitize(name: string): string {
  return guardDigit(name.replace(/[^a-zA-Z0-9:]+/g, '_'));
}

/** A label for an attribute's key. */
export function labelName(key: string, { escapes }: Naming = classicNaming): string {
  return escapes ? guardDigit(key.replace(/[^a-zA-Z0-9_]/g, '_')) : key;
}

/** Whether a name stands in the text without quotes. */
export function isClassic(name: string): boolean {
  return classicName.test(name);
}

const classicName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

function guardDigit(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}
