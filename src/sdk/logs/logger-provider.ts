import type { Context, Logger, LoggerProvider, LogRecord } from '@opentelemetry/api';
import type { LoggerConfig, LogsConfig } from '../../config/config';
import { log, messageOf } from '../../diag/log';
import { createAttributes, placeOf } from '../../model/attribute-list';
import { nowMillis } from '../../model/clock';
import type { AnyValue, EmittedRecord, RecordSink } from '../../model/log-record';
import type { Scope } from '../../model/span-data';
import { activeContext } from '../context/context-manager';
import { exceptionAttributes } from '../exception';
import { scopeKey, scopeOf } from '../scope';
import type { ConfigOf } from '../scope-configurator';
import { parentOf } from '../trace/context-keys';
import { epochMillis } from '../trace/time-input';
import { anyValue } from './any-value';

/** What a logger provider is made of. */
export interface LoggerProviderOptions {
  readonly limits: LogsConfig['limits'];
  readonly sink: RecordSink;
  /** Missing means that nothing is filtered. */
  readonly configOf?: ConfigOf<LoggerConfig> | undefined;
  /** Gets each record before the sink, with its context. */
  readonly bridge?: ((record: EmittedRecord, context: Context) => void) | undefined;
}

/** Programs that make up a name for each request get their loggers all the same. */
const maxRemembered = 1000;

/** The API's logger provider; loggers of the same name, version and schema are one. */
export function createLoggerProvider(options: LoggerProviderOptions): LoggerProvider {
  const loggers = new Map<string, Logger>();
  return {
    getLogger(name, version, loggerOptions) {
      const scope = scopeOf(name, version, loggerOptions);
      const key = scopeKey(scope);
      let logger = loggers.get(key);
      if (!logger) {
        logger = createLogger(options, scope);
        if (loggers.size < maxRemembered) loggers.set(key, logger);
      }
      return logger;
    },
  };
}

/** A logger never throws: a record that cannot be read is lost, with one line. */
function createLogger({ limits, sink, configOf, bridge }: LoggerProviderOptions, scope: Scope): Logger {
  const isWanted = recordFilter(configOf?.(scope));
  return {
    emit(record) {
      try {
        if (!isWanted(record)) return;
        const emitted = toEmitted(record, scope, limits);
        bridge?.(emitted, record.context ?? activeContext());
        sink(emitted);
      } catch (error) {
        log.warnOnce(`a log record cannot be read: ${messageOf(error)}`);
      }
    },
    enabled: (options) => isWanted(options ?? {}),
  };
}

type Filterable = Pick<LogRecord, 'severityNumber' | 'context'>;

/** Whether a record passes ("LoggerConfig" of the logs SDK): only what has a severity, or a trace, can be filtered by it. */
function recordFilter(config: LoggerConfig | undefined): (record: Filterable) => boolean {
  if (config === undefined) return () => true;
  const { enabled, minimumSeverity, traceBased } = config;
  return ({ severityNumber = 0, context }) => {
    if (!enabled || (severityNumber > 0 && severityNumber < minimumSeverity)) return false;
    const parent = traceBased ? parentOf(context ?? activeContext()) : undefined;
    return parent === undefined || (parent.traceFlags & sampled) !== 0;
  };
}

const sampled = 1;

function toEmitted(record: LogRecord, scope: Scope, limits: LogsConfig['limits']): EmittedRecord {
  const { timestamp, observedTimestamp, severityNumber, severityText, eventName, body } = record;
  return {
    scope,
    timeMillis: timestamp === undefined ? undefined : epochMillis(timestamp),
    observedMillis: observedTimestamp === undefined ? nowMillis() : epochMillis(observedTimestamp),
    severityNumber: isSeverity(severityNumber) ? severityNumber : 0,
    severityText: severityText === undefined ? undefined : String(severityText),
    body: anyValue(body),
    eventName: eventName === undefined ? undefined : String(eventName),
    ...limitedAttributes(record, limits),
    context: parentOf(record.context ?? activeContext()),
  };
}

function isSeverity(severity: unknown): severity is number {
  return Number.isInteger(severity) && (severity as number) > 0 && (severity as number) <= 24;
}

/** Attributes within their limits; those of `exception` give way to what the caller set. */
function limitedAttributes({ attributes, exception }: LogRecord, limits: LogsConfig['limits']) {
  const kept = createAttributes<AnyValue>();
  let droppedAttributesCount = 0;
  addAll(attributes as Record<string, unknown> | undefined);
  if (exception !== undefined && exception !== null)
    addAll(exceptionAttributes(exception) as Record<string, unknown> | undefined);
  return { attributes: kept, droppedAttributesCount };

  function addAll(source: Readonly<Record<string, unknown>> | undefined): void {
    if (source === undefined) return;
    for (const key of Object.keys(source)) {
      const place = placeOf(kept, key);
      if (key === '' || kept[place] !== undefined) continue;
      const value = anyValue(source[key], limits.attributeValueLength);
      if (value === undefined) continue;
      if (place >= 2 * limits.attributeCount) droppedAttributesCount++;
      else {
        kept[place] = key;
        kept[place + 1] = value;
      }
    }
  }
}
