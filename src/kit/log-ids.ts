import type { SpanContext } from '@opentelemetry/api';
import { type Context, type KitSettings, telemetry } from './telemetry';

/**
 * The ids of a context's span as the fields of a log record, by the names that the user chose; `undefined` outside every span. Flags are two hex
 * digits, as in `traceparent`.
 */
export function logIds(context: Context = telemetry.activeContext()): Ids['values'] | undefined {
  return idsOf(context)?.values;
}

/**
 * A log record that is written already, with the ids of a context's span as its last fields. Everything else in it stays as it is, byte for byte, and
 * so does a field of the same name that the program set.
 *
 * @param line - a JSON object, with whatever white space; anything else is returned unchanged.
 */
export function withLogIds(line: string, context: Context = telemetry.activeContext()): string {
  const ids = idsOf(context);
  if (ids === undefined || line.charCodeAt(0) !== openingBrace) return line;
  const last = lastVisible(line, line.lastIndexOf('}') - 1);
  if (last < 0) return line;
  const fields = ids.names.some((name) => line.includes(name)) ? missingFields(line, ids) : ids.fields;
  if (fields === '') return line;
  const separator = line.charCodeAt(last) === openingBrace ? '' : ',';
  return `${line.slice(0, last + 1)}${separator}${fields}${line.slice(last + 1)}`;
}

const openingBrace = 123;

/** What records get that are made in one span. */
interface Ids {
  readonly span: SpanContext;
  readonly keys: KitSettings['logKeys'];
  readonly values: Readonly<Record<string, string>>;
  /** The names of the fields as they stand in JSON. */
  readonly names: readonly string[];
  /** Names and values, as JSON without braces. */
  readonly fields: string;
}

/** Records that follow each other are often made in the same span. */
let latest: Ids | undefined;

function idsOf(context: Context): Ids | undefined {
  const span = telemetry.spanContextOf(context);
  if (span === undefined) return undefined;
  const { logKeys } = telemetry.settings;
  if (latest?.span !== span || latest.keys !== logKeys) latest = describe(span, logKeys);
  return latest;
}

function describe(span: SpanContext, keys: KitSettings['logKeys']): Ids {
  const values = {
    [keys.traceId]: span.traceId,
    [keys.spanId]: span.spanId,
    [keys.traceFlags]: (span.traceFlags & 0xff).toString(16).padStart(2, '0'),
  };
  const names = Object.keys(values).map((key) => JSON.stringify(key));
  return { span, keys, values, names, fields: JSON.stringify(values).slice(1, -1) };
}

function lastVisible(line: string, start: number): number {
  let index = start;
  while (index >= 0 && line.charCodeAt(index) <= 32) index--;
  return index;
}

/** The names also stand in a text or in a nested object, or the program has set a field: only then is the line read. */
function missingFields(line: string, { values }: Ids): string {
  const own = parsed(line);
  const missing = Object.entries(values).filter(([key]) => !Object.hasOwn(own, key));
  return JSON.stringify(Object.fromEntries(missing)).slice(1, -1);
}

/** An object without properties if the line is no JSON. */
function parsed(line: string): object {
  try {
    return Object(JSON.parse(line)) as object;
  } catch {
    return {};
  }
}
