import type { EmittedRecord } from '../../model/log-record';
import type { Exporter } from '../exporter';
import { print } from '../stdout';
import { renderLogRecord } from './render-log';

/** Prints each record on standard output at once, so that it stands between the lines of the program where it belongs. */
export function createLogConsole(): Exporter<EmittedRecord> {
  return {
    add(record) {
      print(({ colors }) => renderLogRecord(record, colors));
      return false;
    },
    hasUndelivered: () => false,
    flush() {},
    flushSync() {},
  };
}
