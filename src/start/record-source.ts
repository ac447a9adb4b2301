import type { LoggerProvider } from '@opentelemetry/api';
import type { EncodedItem } from '../model/encoded-item';
import type { EmittedRecord } from '../model/log-record';
import { createLoggerProvider } from '../sdk/logs/logger-provider';
import type { StartEnvironment } from './environment';
import type { Source } from './lazy-source';
import { createWayOut } from './way-out';

/** Makes log records, and takes them to the exporters. */
export interface RecordSource extends Source {
  readonly provider: LoggerProvider;
  /** Takes what a worker has encoded, too. */
  readonly sink: (record: EmittedRecord | EncodedItem) => void;
  /** Lifts the limit of items, at the end of the process. */
  readonly hold: () => void;
}

/** What exports log records is loaded with the first one. */
export function createRecordSource(environment: StartEnvironment): RecordSource {
  const { config, resource, userAgent, processEnd, threads, report } = environment;
  const { processors, limits } = config.logs;
  const { sink, hold, ...way } = createWayOut('log records', processEnd, () =>
    threads.exporter('logs', processors, () => {
      const { createLogPipeline } = require('../export/logs') as typeof import('../export/logs');
      return createLogPipeline(processors, resource(), userAgent, processEnd.disarmIfDone);
    }),
  );
  return {
    provider: createLoggerProvider({ limits, sink: report?.counting('logs', sink) ?? sink }),
    sink,
    hold,
    delivery: { hasWork: way.hasUndelivered, flush: way.flush, finish: way.flushSync },
  };
}
