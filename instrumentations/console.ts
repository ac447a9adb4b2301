import { type AnyFunction, defineInstrumentation } from '../src/kit';
import {
  emitLogRecord,
  isLoggerPrinting,
  type LoggedRecord,
  messageText,
  printRecord,
} from '../src/kit/logging';

/** Severity numbers of the methods that print what they get. `assert`, `table`, `group` and others call these. */
const severities: Readonly<Record<string, number>> = {
  trace: 1,
  debug: 5,
  log: 9,
  info: 9,
  warn: 13,
  error: 17,
};

export default defineInstrumentation({
  name: 'console',
  isOffByDefault: true,
  docs: {
    title: 'console',
    description:
      'What `console.log`, `info`, `warn`, `error`, `debug` and `trace` print, as log records. Off unless it is enabled by name.',
    link: 'https://nodejs.org/api/console.html',
    signals: ['logs'],
  },
  builtins: [
    {
      module: 'console',
      nodeVersions: '*',
      functions: Object.fromEntries(
        Object.entries(severities).map(([method, severity]) => [
          method,
          (print: AnyFunction) => recordAndPrint(print, method, severity),
        ]),
      ),
    },
  ],
});

function recordAndPrint(print: AnyFunction, method: string, severity: number): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    if (!isLoggerPrinting()) {
      emitLogRecord('console', readCall, method, severity, args);
    }
    // `trace` prints by `error`.
    return printRecord(print, this, args);
  };
}

function readCall(method: string, severity: number, args: readonly unknown[]): LoggedRecord {
  return {
    severity,
    level: method,
    body: messageText(args),
    error: args.find((arg) => arg instanceof Error),
  };
}
