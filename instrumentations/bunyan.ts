import os from 'node:os';
import { type AnyFunction, defineInstrumentation } from '../src/kit';
import { emitLogRecord, type LoggedRecord, logIds, printRecord, severityOfNumber } from '../src/kit/logging';

/**
 * The patch is made by hand: `_emit` gets the finished record, an object of bunyan's own, for all streams. The ids are added to it, so that they also
 * reach streams that take records and not lines.
 */
export default defineInstrumentation({
  name: 'bunyan',
  docs: {
    title: 'bunyan',
    description:
      'Ids of the active span in each record (`trace_id`, `span_id`, `trace_flags`); the records as log records.',
    link: 'https://github.com/trentm/node-bunyan',
    signals: ['logs'],
  },
  targets: [
    {
      module: 'bunyan',
      versions: '>=1.0.0 <3.0.0',
      patches: [{ method: 'prototype._emit', wrap: watchRecords }],
    },
  ],
});

type BunyanRecord = Record<string, unknown> & { level: number };

function watchRecords(emit: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    // DTrace asks for the line alone.
    const [record, isDry] = args as [BunyanRecord, boolean?];
    if (isDry || typeof record !== 'object' || record === null) return Reflect.apply(emit, this, args);
    emitLogRecord('bunyan', readRecord, record);
    addIds(record);
    return printRecord(emit, this, args);
  };
}

function addIds(record: BunyanRecord): void {
  const ids = logIds();
  if (ids === undefined) return;
  for (const key of Object.keys(ids)) if (!Object.hasOwn(record, key)) record[key] = ids[key];
}

const standardLevels = [10, 20, 30, 40, 50, 60];
const levelNames: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

let ownHostname: string | undefined;

function readRecord(record: BunyanRecord): LoggedRecord {
  const { level, msg, time: _time, v: _version, err, pid, hostname, ...fields } = record;
  // What the resource says.
  if (pid !== process.pid) fields.pid = pid;
  if (hostname !== (ownHostname ??= os.hostname())) fields.hostname = hostname;
  const isError = typeof err === 'object' && err !== null && 'message' in err && 'stack' in err;
  if (!isError) fields.err = err;
  return {
    severity: severityOfNumber(level, standardLevels),
    level: levelNames[level],
    body: msg,
    fields,
    error: isError ? err : undefined,
  };
}
