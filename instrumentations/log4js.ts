import { type AnyFunction, defineInstrumentation } from '../src/kit';
import {
  emitLogRecord,
  type LoggedRecord,
  logIds,
  messageText,
  printRecord,
  severityOfName,
  severityOfNumber,
} from '../src/kit/logging';

/**
 * The patch is made by hand: `send` gets every event that passes its level, for all appenders. The ids go into the event's context, a copy of the
 * logger's: layouts that write JSON have them there, and patterns that ask for `%X{trace_id}`; the text of all others stays as it is.
 */
export default defineInstrumentation({
  name: 'log4js',
  docs: {
    title: 'log4js',
    description:
      'Ids of the active span in the context of each event (`%X{trace_id}`, JSON layouts); the events as log records.',
    link: 'https://log4js-node.github.io/log4js-node/',
    signals: ['logs'],
  },
  targets: [
    {
      module: 'log4js',
      versions: '>=6.0.0 <7.0.0',
      patches: [{ file: 'lib/clustering.js', method: 'send', wrap: watchEvents }],
    },
  ],
});

interface LoggingEvent {
  readonly categoryName: string;
  readonly data: readonly unknown[];
  readonly level: { readonly level: number; readonly levelStr: string };
  readonly context: Record<string, unknown>;
}

function watchEvents(send: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const [event] = args as [LoggingEvent];
    emitLogRecord('log4js', readEvent, event);
    addIds(event);
    return printRecord(send, this, args);
  };
}

function addIds({ context }: LoggingEvent): void {
  const ids = logIds();
  if (ids === undefined) return;
  for (const key of Object.keys(ids)) if (!Object.hasOwn(context, key)) context[key] = ids[key];
}

const standardLevels = [5000, 10_000, 20_000, 30_000, 40_000, 50_000];

function readEvent({ categoryName, data, level, context }: LoggingEvent): LoggedRecord {
  return {
    severity: severityOfName(level.levelStr) ?? severityOfNumber(level.level, standardLevels),
    level: level.levelStr,
    body: messageText(data),
    fields: { categoryName, ...context },
    error: data.find((item) => item instanceof Error),
  };
}
