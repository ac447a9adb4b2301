import type { MetricOptions } from '@opentelemetry/api';
import { log } from '../../diag/log';

/** Kinds of instruments (metrics API specification, "Instrument"). */
export type InstrumentKind =
  | 'counter'
  | 'up_down_counter'
  | 'histogram'
  | 'gauge'
  | 'observable_counter'
  | 'observable_up_down_counter'
  | 'observable_gauge';

/** An instrument as it was declared. */
export interface Declaration {
  readonly kind: InstrumentKind;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  /** `ValueType.INT`: fractions are cut off. */
  readonly isInteger: boolean;
  /** Advice; a view is stronger. */
  readonly boundaries: readonly number[] | undefined;
}

/** `ValueType.INT` of the API, without loading it. */
const integerType = 0;

const validName = /^[a-z][a-z0-9_.\-/]{0,254}$/i;
const validUnit = /^[\x20-\x7e]{0,63}$/;

/**
 * Reads what a program passed to `createCounter` and its like.
 * @returns `undefined`, after a line, for a name that the specification does not allow ("Instrument name syntax").
 */
export function declare(
  kind: InstrumentKind,
  name: unknown,
  options: MetricOptions = {},
): Declaration | undefined {
  if (typeof name !== 'string' || !validName.test(name)) {
    log.warnOnce(
      `instrument ${shown(name)}: expected a letter followed by at most 254 letters, digits or _.-/; it records nothing`,
    );
    return undefined;
  }
  return {
    kind,
    name,
    unit: readUnit(name, options?.unit),
    description: typeof options?.description === 'string' ? options.description : '',
    isInteger: options?.valueType === integerType,
    boundaries: readBoundaries(name, options?.advice?.explicitBucketBoundaries),
  };
}

function readUnit(name: string, unit: unknown): string {
  if (unit === undefined || unit === null) return '';
  if (typeof unit === 'string' && validUnit.test(unit)) return unit;
  log.warnOnce(
    `instrument ${name}: expected a unit of at most 63 ASCII characters, got ${shown(unit)}; using none`,
  );
  return '';
}

function readBoundaries(name: string, boundaries: unknown): readonly number[] | undefined {
  if (boundaries === undefined || boundaries === null) return undefined;
  if (areBoundaries(boundaries)) return [...boundaries];
  log.warnOnce(
    `instrument ${name}: expected increasing explicitBucketBoundaries, got ${shown(boundaries)}; using the default`,
  );
  return undefined;
}

/** What cannot be written as JSON, such as a BigInt, Node writes in its own way, without calling anything of it. */
function shown(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    const { inspect } = require('node:util') as typeof import('node:util');
    return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
  }
}

/** Whether these are finite numbers, each greater than the one before. */
function areBoundaries(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > value[i - 1]))
  );
}

/** Whether measurements are reported from callbacks, each the whole value so far. */
export function isObservable(kind: InstrumentKind): boolean {
  return kind.startsWith('observable');
}

/** Whether negative measurements are wrong. */
export function isNonNegative(kind: InstrumentKind): boolean {
  return kind === 'counter' || kind === 'histogram' || kind === 'observable_counter';
}
