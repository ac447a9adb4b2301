import type { LoggerProvider } from '@opentelemetry/api';
import type { EncodedItem } from '../model/encoded-item';
import type { EmittedRecord } from '../model/log-record';
import type { bridgeEvent } from '../sdk/logs/event-bridge';
import { createLoggerProvider } from '../sdk/logs/logger-provider';
import type { StartEnvironment } from './environment';
import type { Source } from './lazy-source';
import { configOf } from './scopes';
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
  const { processors, limits, configurator, bridgesEvents } = config.logs;
  const { sink, hold, ...way } = createWayOut('log records', processEnd, () =>
    threads.exporter('logs', processors, () => {
      const { createLogPipeline } = require('../export/logs') as typeof import('../export/logs');
      return createLogPipeline(processors, resource(), userAgent, processEnd.disarmIfDone);
    }),
  );
  return {
    provider: createLoggerProvider({
      limits,
      sink: report?.counting('logs', sink) ?? sink,
      configOf: configOf(configurator),
      bridge: bridgesEvents ? eventBridge() : undefined,
    }),
    sink,
    hold,
    delivery: { hasWork: way.hasUndelivered, flush: way.flush, finish: way.flushSync },
  };
}

function eventBridge(): typeof bridgeEvent {
  return (require('../sdk/logs/event-bridge') as typeof import('../sdk/logs/event-bridge')).bridgeEvent;
}
