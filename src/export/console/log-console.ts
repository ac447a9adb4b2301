import { writeSync } from 'node:fs';
import type { EmittedRecord } from '../../model/log-record';
import type { Exporter } from '../exporter';
import { renderLogRecord } from './render-log';

/** Prints each record on standard output at once, so that it stands between the lines of the program where it belongs. */
export function createLogConsole(): Exporter<EmittedRecord> {
  return {
    add: (record) => void writeSync(1, renderLogRecord(record, process.stdout.isTTY === true)),
    hasUndelivered: () => false,
    flush() {},
    flushSync() {},
  };
}
