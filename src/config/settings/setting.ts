import { bounded, type Entities, integer, MAX_TIMER_MILLIS, type Parser, type StringMap } from '../parsers';

/** One setting: everything that the program, `--help` and docs/configuration.md know about it. */
export interface Setting<T> {
  readonly name: string;
  readonly parser: Parser<T>;
  /** Used when the variable is unset, empty or not accepted. */
  readonly fallback: T;
  /** One sentence. */
  readonly description: string;
  /** Other names of the variable, which count when it is not set. */
  readonly aliases?: readonly string[];
}

/** A row of the table. @param fallback - its value where the variable is not set, or not usable. */
export function setting<T>(
  name: string,
  parser: Parser<T>,
  fallback: NoInfer<T>,
  description: string,
): Setting<T> {
  return { name, parser: bounded(parser), fallback, description };
}

/** The same setting, also under the names that other agents gave it. */
export function alsoNamed<T>(setting: Setting<T>, ...aliases: string[]): Setting<T> {
  return { ...setting, aliases };
}

/** A setting whose absence means something of its own: a general setting or a detected value takes its place. */
export function optional<T>(name: string, parser: Parser<T>, description: string): Setting<T | undefined> {
  return { name, parser: bounded(parser), fallback: undefined, description };
}

/** A time in milliseconds that a timer can wait. */
export const millis = integer(0, MAX_TIMER_MILLIS);
/** A limit. */
export const count = integer(0);
/** A number of at least one. */
export const size = integer(1);
/** 0 lets the system choose. */
export const port = integer(0, 65_535);
/** As a limit: none. */
export const noLimit = Number.POSITIVE_INFINITY;
/** An empty map. */
export const noPairs: StringMap = Object.freeze(Object.create(null));
/** No entities. */
export const noEntities: Entities = { text: '', entities: [] };

/** A value in words, for complaints and documentation; of a map only the keys, since header values are secrets. */
export function valueText(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return 'no limit';
  if (typeof value === 'object' && value !== null) {
    if ('text' in value && ('expressions' in value || 'entities' in value))
      return String(value.text) || 'none';
    return (Array.isArray(value) ? value : Object.keys(value)).join(',') || 'none';
  }
  return `${value ?? 'none'}`;
}
