import type { Logger, LoggerProvider } from '@opentelemetry/api';
import { version } from '../../package.json';
import { log, messageOf } from '../diag/log';
import type { Exporter } from '../export/exporter';
import type { LogEmitter } from '../kit/telemetry';
import type { EncodedItem } from '../model/encoded-item';
import type { EmittedRecord } from '../model/log-record';
import { detached } from '../model/timers';
import type { OwnSdk } from '../sdk/api-globals';
import { registerLogsApi } from '../sdk/logs/api-logs';
import type { StartEnvironment } from './environment';

/** The logger provider with its way to the exporters; `undefined` if nobody wants log records. Both are loaded with the first logger. */
export function startLogs(environment: StartEnvironment, ownSdk: OwnSdk): LoggerProvider | undefined {
  const { config, resource, userAgent, processEnd, deliveries, threads, report } = environment;
  const { processors, limits } = config.logs;
  if (config.sdkDisabled || processors.length === 0) return undefined;
  let loaded: LoggerProvider | undefined;
  let pipeline: Exporter<EmittedRecord | EncodedItem> | undefined;
  let hasFailed = false;
  deliveries.push({
    hasWork: () => pipeline?.hasUndelivered() === true,
    flush: () => pipeline?.flush(),
    finish: (budgetMillis) => pipeline?.flushSync(budgetMillis),
  });
  threads.receive('logs', processors, sink, () => requirePipeline().hold?.());
  const provider: LoggerProvider = { getLogger: (...args) => requireProvider().getLogger(...args) };
  registerLogsApi(provider, ownSdk);
  return provider;

  function requireProvider(): LoggerProvider {
    if (loaded === undefined) {
      const { createLoggerProvider } =
        require('../sdk/logs/logger-provider') as typeof import('../sdk/logs/logger-provider');
      loaded = createLoggerProvider({ limits, sink: report?.counting('logs', sink) ?? sink });
    }
    return loaded;
  }

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

/**
 * What instrumentations get of the provider.
 * @param isOff - whether the program has an SDK of its own for log records by now.
 */
export function logEmitter(provider: LoggerProvider, isOff: () => boolean): LogEmitter {
  const loggers = new Map<string, Logger>();
  return {
    emit(instrumentation, record) {
      if (isOff()) return;
      let logger = loggers.get(instrumentation);
      if (!logger)
        loggers.set(
          instrumentation,
          (logger = provider.getLogger(`otel-instrument/${instrumentation}`, version)),
        );
      logger.emit(record);
    },
  };
}
