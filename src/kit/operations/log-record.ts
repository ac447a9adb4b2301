import { format } from 'node:util';
import type { LogRecord } from '@opentelemetry/api';
import { nowMillis } from '../../model/clock';
import type { AnyFunction } from '../define';
import { reportFailure } from '../operation';
import { type Context, telemetry } from '../telemetry';

/** A record as a logger made it. */
export interface LoggedRecord {
  /** 1 to 24; `undefined` if the logger's level says nothing that OpenTelemetry knows. */
  readonly severity: number | undefined;
  /** The level's name in the program. */
  readonly level: string | undefined;
  readonly body: unknown;
  /** Everything else in the record; nested objects become attributes with dotted names. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The error that it tells of, or what the logger made of it (`type` or `name`, `message`, `stack`). */
  readonly error?: unknown;
  /** Where it was made, if that is not the active context. */
  readonly context?: Context | undefined;
}

let loggersAtWork = 0;

/** Whether what is printed now is a record of a logger: seen already, so that `console` must not see it again. */
export function isLoggerPrinting(): boolean {
  return loggersAtWork > 0;
}

/** Calls a function of a logger that prints a record. */
export function printRecord(fn: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
  loggersAtWork++;
  try {
    return Reflect.apply(fn, self, args);
  } finally {
    loggersAtWork--;
  }
}

/**
 * Sends a record of a logger: severity, body, attributes, and the span in which it was made. Never throws.
 * @param instrumentation - the logger's, whose scope the record has.
 * @param read - reads the record from the arguments; called only if somebody wants it. `undefined` if it is to be left out.
 */
export function emitLogRecord<A extends unknown[]>(
  instrumentation: string,
  read: (...args: A) => LoggedRecord | undefined,
  ...args: A
): void {
  if (telemetry.logs === undefined || telemetry.isSuppressed()) return;
  try {
    const record = read(...args);
    if (record !== undefined) telemetry.logs.emit(instrumentation, toLogRecord(record));
  } catch (error) {
    reportFailure(error);
  }
}

function toLogRecord({ severity, level, body, fields, error, context }: LoggedRecord): LogRecord {
  return {
    timestamp: nowMillis(),
    severityNumber: severity as LogRecord['severityNumber'] & {},
    ...(level === undefined ? undefined : { severityText: level }),
    body,
    attributes: flatten(fields),
    ...(error === undefined ? undefined : { exception: exceptionOf(error) }),
    ...(context && { context }),
  };
}

/** Loggers' serializers name the class of an error `type`. */
function exceptionOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || error instanceof Error) return error;
  const { type, name = type, ...rest } = error as { type?: unknown; name?: unknown };
  return { ...rest, name };
}

/**
 * What a logger that takes any arguments says, as `util.format` writes it; of errors only class and message, since the record has their stack in
 * attributes.
 */
export function messageText(args: readonly unknown[]): string {
  return format(...args.map((arg) => (arg instanceof Error ? String(arg) : arg)));
}

/** Deeper objects stay maps. */
const maxFlattenedDepth = 4;

function flatten(fields: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  const attributes: Record<string, unknown> = Object.create(null);
  const ancestors: object[] = [];
  if (fields) addAll(fields, '');
  return attributes;

  function addAll(object: Readonly<Record<string, unknown>>, prefix: string): void {
    ancestors.push(object);
    for (const key of Object.keys(object)) {
      const value = object[key];
      const name = prefix + key;
      if (isMap(value) && ancestors.length < maxFlattenedDepth && !ancestors.includes(value))
        addAll(value, `${name}.`);
      else attributes[name] = value;
    }
    ancestors.pop();
  }
}

/** An object that is nothing but its properties, and has some. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === null || Object.getPrototypeOf(prototype) === null) &&
    typeof (value as { toJSON?: unknown }).toJSON !== 'function' &&
    Object.keys(value).length > 0
  );
}
