import type { Context, LoggerProvider, SpanContext } from '@opentelemetry/api';
import { version } from '../../package.json';
import type { Config } from '../config/config';
import type { ProcessEnd } from '../lifecycle/process-end';
import { nowMillis } from '../model/clock';
import type { ExceptionSink } from '../model/ended-span';
import { rootContext } from '../sdk/context/context';
import { spanKey } from '../sdk/trace/context-keys';

const error = 17;
const fatal = 21;

/**
 * Records exceptions of spans as log records, where the user wants that (`OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN`). Without an exporter for log
 * records they stay what they are by default, events of the span, since they would be nowhere.
 */
export function exceptionSink(
  provider: LoggerProvider | undefined,
  { exceptionSignal }: Config,
): ExceptionSink | undefined {
  if (provider === undefined || exceptionSignal === 'spans') return undefined;
  return {
    isExclusive: exceptionSignal === 'logs',
    record(scope, span, exception, timeMillis) {
      provider.getLogger(scope.name, scope.version, { schemaUrl: scope.schemaUrl ?? '' }).emit({
        eventName: 'exception',
        severityNumber: error,
        timestamp: timeMillis,
        exception,
        context: contextOf(span),
      });
    },
  };
}

function contextOf(span: SpanContext): Context {
  return rootContext.setValue(spanKey, { spanContext: () => span });
}

/**
 * An uncaught exception or unhandled rejection becomes an `exception` record (semantic conventions, "Exceptions in logs"): the last word of a
 * process that dies by it.
 * @param isOff - whether the program has an SDK of its own for log records by now.
 */
export function recordUncaughtErrors(
  provider: LoggerProvider,
  processEnd: ProcessEnd,
  isOff: () => boolean,
): void {
  processEnd.onUncaught((exception, isFatal) => {
    if (isOff()) return;
    provider.getLogger('otel-instrument', version).emit({
      eventName: 'exception',
      severityNumber: isFatal ? fatal : error,
      timestamp: nowMillis(),
      // Anything can be thrown.
      exception: typeof exception === 'object' && exception !== null ? exception : String(exception),
    });
  });
}
