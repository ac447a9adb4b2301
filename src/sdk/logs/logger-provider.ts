import type { Logger, LoggerProvider, LogRecord } from '@opentelemetry/api';
import type { LogsConfig } from '../../config/config';
import { log, messageOf } from '../../diag/log';
import { nowMillis } from '../../model/clock';
import type { AnyValue, EmittedRecord, RecordSink } from '../../model/log-record';
import type { Scope } from '../../model/span-data';
import { activeContext } from '../context/context-manager';
import { exceptionAttributes } from '../exception';
import { scopeKey, scopeOf } from '../scope';
import { parentOf } from '../trace/context-keys';
import { epochMillis } from '../trace/time-input';
import { anyValue } from './any-value';

/** What a logger provider is made of. */
export interface LoggerProviderOptions {
  readonly limits: LogsConfig['limits'];
  readonly sink: RecordSink;
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
function createLogger({ limits, sink }: LoggerProviderOptions, scope: Scope): Logger {
  return {
    emit(record) {
      try {
        sink(toEmitted(record, scope, limits));
      } catch (error) {
        log.warnOnce(`a log record cannot be read: ${messageOf(error)}`);
      }
    },
    enabled: () => true,
  };
}

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
  const attributeKeys: string[] = [];
  const attributeValues: AnyValue[] = [];
  let droppedAttributesCount = 0;
  addAll(attributes as Record<string, unknown> | undefined);
  if (exception !== undefined && exception !== null)
    addAll(exceptionAttributes(exception) as Record<string, unknown> | undefined);
  return { attributeKeys, attributeValues, droppedAttributesCount };

  function addAll(source: Readonly<Record<string, unknown>> | undefined): void {
    if (source === undefined) return;
    for (const key of Object.keys(source)) {
      if (key === '' || (source !== attributes && attributeKeys.includes(key))) continue;
      const value = anyValue(source[key], limits.attributeValueLength);
      if (value === undefined) continue;
      if (attributeKeys.length >= limits.attributeCount) droppedAttributesCount++;
      else {
        attributeKeys.push(key);
        attributeValues.push(value);
      }
    }
  }
}
