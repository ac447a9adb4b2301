import { type AnyFunction, defineInstrumentation, reportFailure } from '../src/kit';
import { emitLogRecord, type LoggedRecord, logIds, printRecord, severityOfName } from '../src/kit/logging';

const file = 'services/console-logger.service.js';

/**
 * The patches are made by hand: one call prints several messages, each a record, and before Nest 11 it does not know the stack that `error` got.
 */
export default defineInstrumentation({
  name: 'nestjs-logger',
  docs: {
    title: 'NestJS ConsoleLogger',
    description:
      'What Nest’s own logger prints, as log records; ids of the active span in its JSON (`json: true`, Nest 11). Loggers of other packages have instrumentations of their own.',
    link: 'https://docs.nestjs.com/techniques/logger',
    signals: ['logs'],
  },
  targets: [
    {
      module: '@nestjs/common',
      versions: '>=8.0.0 <12.0.0',
      patches: [
        { file, method: 'ConsoleLogger.prototype.error', wrap: noteStack },
        { file, method: 'ConsoleLogger.prototype.printMessages', wrap: watchMessages },
        {
          file,
          method: 'ConsoleLogger.prototype.getJsonLogObject',
          wrap: addIds,
          versions: '>=11.0.0',
          optional: true,
        },
      ],
    },
  ],
});

interface Logger {
  readonly options?: { readonly colors?: boolean };
  getContextAndStackAndMessagesToPrint?(args: readonly unknown[]): { readonly stack?: string } | undefined;
}

/** The stack that the call of `error` under way has beside its messages. */
let stack: string | undefined;

function noteStack(error: AnyFunction): AnyFunction {
  return function (this: Logger, ...args: unknown[]) {
    stack = stackOf(this, args);
    try {
      return Reflect.apply(error, this, args);
    } finally {
      stack = undefined;
    }
  };
}

/** By the logger's own method, which a subclass may have replaced. */
function stackOf(logger: Logger, args: readonly unknown[]): string | undefined {
  try {
    return logger.getContextAndStackAndMessagesToPrint?.(args)?.stack;
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

function watchMessages(print: AnyFunction): AnyFunction {
  return function (this: Logger, ...args: unknown[]) {
    const [messages, context, level] = args as [
      messages: readonly unknown[],
      context?: string,
      level?: string,
    ];
    if (Array.isArray(messages))
      for (const message of messages) emitLogRecord('nestjs-logger', readMessage, message, context, level);
    return printRecord(print, this, args);
  };
}

function readMessage(message: unknown, context: string | undefined, level = 'log'): LoggedRecord {
  const body = message instanceof Error ? message.message : message;
  return {
    severity: severityOfName(level),
    level,
    body,
    fields: context ? { context } : undefined,
    error: message instanceof Error ? message : stack ? { message: String(body), stack } : undefined,
  };
}

/** With colours it is text for people. */
function addIds(describe: AnyFunction): AnyFunction {
  return function (this: Logger, ...args: unknown[]) {
    const record = Reflect.apply(describe, this, args) as object;
    return this.options?.colors ? record : { ...record, ...logIds() };
  };
}
