import { type AnyFunction, telemetry } from '../../src/kit';
import { emitLogRecord, type LoggedRecord, printRecord, severityOfName } from '../../src/kit/logging';
import { RecordContext } from './record-context';

/** Keys of what winston itself keeps with a record (`triple-beam`). */
const levelKey = Symbol.for('level');
const argumentsKey = Symbol.for('splat');

type Info = Record<string, unknown> & { [levelKey]?: string; [argumentsKey]?: readonly unknown[] };

interface Levels {
  readonly level?: string;
  readonly silent?: boolean;
}

interface Logger extends Levels {
  readonly levels: Readonly<Record<string, number>>;
  readonly transports: readonly (Levels & { readonly handleExceptions?: boolean })[];
}

/** `write`: the program's call. */
export function keepContext(write: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const [record] = args;
    if (typeof record === 'object' && record !== null) RecordContext.set(record, telemetry.activeContext());
    return Reflect.apply(write, this, args);
  };
}

/** `_transform` of a logger and `_write` of a transport: a record is formatted, perhaps later. */
export function transformInContext(transform: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const context = RecordContext.of(args[0]);
    return context === undefined || context === telemetry.activeContext()
      ? printRecord(transform, this, args)
      : telemetry.run(context, printRecord, undefined, [transform, this, args]);
  };
}

/** `push`: a record is formatted, and goes to the transports. What a format left out is gone from it, what it added is there. */
export function sendFormatted(push: AnyFunction): AnyFunction {
  return function (this: Logger, ...args: unknown[]) {
    const [record] = args as [Info | undefined | null | false];
    if (typeof record === 'object' && record !== null) {
      // A format may have made a new object.
      RecordContext.set(record, telemetry.activeContext());
      emitLogRecord('winston', readRecord, this, record);
    }
    return Reflect.apply(push, this, args);
  };
}

/** Whether any transport takes the record: its level, or the logger's, decides. */
function isPrinted({ levels, level: ownLevel, transports }: Logger, record: Info): boolean {
  const rank = levels[record[levelKey]!]!;
  return transports.some(({ silent, level = ownLevel, handleExceptions }) => {
    if (silent || (record.exception === true && !handleExceptions)) return false;
    return !level || levels[level]! >= rank;
  });
}

function readRecord(logger: Logger, record: Info): LoggedRecord | undefined {
  if (!isPrinted(logger, record)) return undefined;
  const { level, message, ...fields } = record;
  const name = record[levelKey] ?? String(level);
  const error = errorOf(record);
  // Taken over from the error by winston.
  if (error !== undefined) {
    for (const key of Object.keys(fields))
      if (fields[key] === error || fields[key] === (error as Info)[key]) delete fields[key];
  }
  return {
    severity: severityOfName(name),
    level: name,
    body: typeof message === 'string' ? message.replace(terminalStyles, '') : bodyOf(message),
    fields,
    error,
  };
}

/** What the format `colorize` adds. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins with one
const terminalStyles = /\x1b\[[\d;]*m/g;

function bodyOf(message: unknown): unknown {
  return message instanceof Error ? message.message : message;
}

/** The error that was logged: as the record, as its message, among the arguments or the fields, or what the format `errors` made of it. */
function errorOf(record: Info): unknown {
  const candidates = [record, record.message, ...(record[argumentsKey] ?? []), ...Object.values(record)];
  const error = candidates.find((candidate) => candidate instanceof Error);
  if (error !== undefined) return error;
  return typeof record.stack === 'string' ? { message: record.message, stack: record.stack } : undefined;
}
