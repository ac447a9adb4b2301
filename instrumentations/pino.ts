import { hostname } from 'node:os';
import { type AnyFunction, defineInstrumentation } from '../src/kit';
import { emitLogRecord, type LoggedRecord, severityOfNumber, withLogIds } from '../src/kit/logging';

/**
 * The patch is made by hand, on the function that makes a record's line: the ids are added to the finished line, so they reach every stream and every
 * transport, and the record is read from it, so it holds what the program logs: mixed in, serialized, redacted.
 */
export default defineInstrumentation({
  name: 'pino',
  docs: {
    title: 'pino',
    description:
      'Ids of the active span in each record (`trace_id`, `span_id`, `trace_flags`); the records as log records.',
    link: 'https://getpino.io',
    signals: ['logs'],
  },
  targets: [
    {
      module: 'pino',
      versions: '>=7.0.0 <11.0.0',
      patches: [{ file: 'lib/tools.js', method: 'asJson', wrap: watchLines }],
    },
  ],
});

/** What concerns a logger is kept under symbols, those of its copy of pino. */
interface Logger {
  readonly levels: { readonly labels: Readonly<Record<number, string>> };
  readonly [symbol: symbol]: unknown;
}

function watchLines(asJson: AnyFunction): AnyFunction {
  let keys: Keys | undefined;
  return function (this: Logger, object: unknown, message: unknown, level: number, time: string) {
    const line = asJson.call(this, object, message, level, time) as string;
    emitLogRecord('pino', read, this, line, level, time);
    return withLogIds(line);
  };

  function read(logger: Logger, line: string, level: number, time: string): LoggedRecord {
    keys ??= findKeys(logger);
    return readLine(logger, keys, line, level, time);
  }
}

const standardLevels = [10, 20, 30, 40, 50, 60];

function readLine(logger: Logger, keys: Keys, line: string, level: number, time: string): LoggedRecord {
  const record = JSON.parse(line) as Record<string, unknown>;
  const label = logger.levels.labels[level];
  const levelKey = firstKey(line);
  const timeKey = time && firstKey(time);
  const messageKey = keys.message ? logger[keys.message] : 'msg';
  const errorKey = keys.error ? logger[keys.error] : 'err';
  const fields: Record<string, unknown> = {};
  let error: unknown;
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (key === messageKey || key === timeKey || isOfResource(key, value)) continue;
    if (key === levelKey && (value === level || value === label)) continue;
    if (key === errorKey && isSerializedError(value)) error = value;
    else fields[key] = value;
  }
  return {
    severity: severityOfNumber(level, standardLevels),
    level: label,
    body: record[messageKey as string],
    error,
    fields,
  };
}

let host: string | undefined;

function isOfResource(key: string, value: unknown): boolean {
  return (key === 'pid' && value === process.pid) || (key === 'hostname' && value === (host ??= hostname()));
}

/** The first name in `{"level":30` or `,"time":1700000000000`. */
function firstKey(json: string): string {
  return json.slice(2, json.indexOf('"', 2));
}

function isSerializedError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'message' in value && 'stack' in value;
}

/** Symbols under which a logger keeps the names of its fields. */
interface Keys {
  readonly message: symbol | undefined;
  /** Since pino 8.3; before, the name is fixed. */
  readonly error: symbol | undefined;
}

function findKeys(logger: Logger): Keys {
  const symbols: symbol[] = [];
  for (let object: object | null = logger; object !== null; object = Object.getPrototypeOf(object) as object)
    symbols.push(...Object.getOwnPropertySymbols(object));
  const find = (name: string) => symbols.find(({ description }) => description === name);
  return { message: find('pino.messageKey'), error: find('pino.errorKey') };
}
