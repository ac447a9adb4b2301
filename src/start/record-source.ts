import type { LoggerProvider } from '@opentelemetry/api';
import { log, messageOf } from '../diag/log';
import type { Exporter } from '../export/exporter';
import type { EncodedItem } from '../model/encoded-item';
import type { EmittedRecord } from '../model/log-record';
import { detached } from '../model/timers';
import { createLoggerProvider } from '../sdk/logs/logger-provider';
import type { StartEnvironment } from './environment';
import type { Source } from './lazy-source';

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
  let pipeline: Exporter<EmittedRecord | EncodedItem> | undefined;
  let hasFailed = false;
  return {
    provider: createLoggerProvider({ limits, sink: report?.counting('logs', sink) ?? sink }),
    sink,
    hold: () => requirePipeline().hold?.(),
    delivery: {
      hasWork: () => pipeline?.hasUndelivered() === true,
      flush: () => pipeline?.flush(),
      finish: (budgetMillis) => pipeline?.flushSync(budgetMillis),
    },
  };

  function sink(record: EmittedRecord | EncodedItem): void {
    if (hasFailed) return;
    try {
      processEnd.arm();
      requirePipeline().add(record);
    } catch (error) {
      hasFailed = true;
      log.error(`log records cannot be exported: ${messageOf(error)}`);
    }
  }

  function requirePipeline(): Exporter<EmittedRecord | EncodedItem> {
    pipeline ??= detached(() =>
      threads.exporter('logs', processors, () => {
        const { createLogPipeline } = require('../export/logs') as typeof import('../export/logs');
        return createLogPipeline(processors, resource(), userAgent, processEnd.disarmIfDone);
      }),
    );
    return pipeline;
  }
}
