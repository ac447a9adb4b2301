import type { LoggerProvider, TracerProvider } from '@opentelemetry/api';
import { version } from '../../package.json';
import type { Config } from '../config/config';
import { type LogEmitter, provideTelemetry, type Telemetry } from '../kit/telemetry';
import { isSuppressed } from '../model/suppress';
import type { StandDown } from '../own-sdk/stand-down';
import { rootContext } from '../sdk/context/context';
import * as contexts from '../sdk/context/context-manager';
import { identityOf, parentOf, spanKey, spanOf, suppressTracing } from '../sdk/trace/context-keys';
import { noSpan } from '../sdk/trace/non-recording-span';
import type { StartOptions } from '../sdk/trace/tracer-provider';
import type { LazyMeterProvider } from './metrics';
import { createContextPolicy, createPropagator } from './propagators';

/** What instrumentations work with. */
export interface Providers {
  readonly config: Config;
  readonly standDown: StandDown;
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: LazyMeterProvider | undefined;
  readonly loggerProvider: LoggerProvider | undefined;
}

/** By the kind of span. */
const optionsOf: readonly StartOptions[] = [0, 1, 2, 3, 4].map((kind) => ({ kind, isIncomplete: true }));

/** Gives the kit what it needs of the running SDK. */
export function connectKit({ config, standDown, tracerProvider, ...providers }: Providers): void {
  const { meterProvider, loggerProvider } = providers;
  const telemetry: Telemetry = {
    activeContext: contexts.activeContext,
    spanContextOf: parentOf,
    untraced: suppressTracing,
    withSpan(parent, span) {
      // A sampler that waited for attributes decides now.
      identityOf(span);
      const isThere = !span.isRecording() && span === (spanOf(parent) ?? noSpan);
      return isThere ? parent : parent.setValue(spanKey, span);
    },
    run: contexts.callWithContext,
    enter: contexts.enterContext,
    runOutside: contexts.runOutsideContext,
    rootContext,
    isRecording: (!config.sdkDisabled && config.traces.processors.length > 0) || meterProvider !== undefined,
    propagator: createPropagator(config),
    contextFor: createContextPolicy(config),
    isSuppressed,
    isTracedElsewhere: standDown.isQuiet,
    instrumented(name) {
      const tracer = tracerProvider.getTracer(scopeName(name), version);
      return {
        startSpan(spanName, kind, parent, links) {
          const options: StartOptions = links ? { kind, links, isIncomplete: true } : optionsOf[kind]!;
          return tracer.startSpan(spanName, options, parent);
        },
      };
    },
    meter:
      meterProvider &&
      ((name, isBackground = false) => meterProvider.getMeter(scopeName(name), version, { isBackground })),
    logs: loggerProvider && logEmitter(loggerProvider, () => standDown.isReplaced('logs')),
    settings: {
      knownMethods: new Set(config.httpKnownMethods),
      remoteParent: config.remoteParent,
      messagingEnvelope: config.messagingEnvelope,
      ...config.operations,
      logKeys: config.logKeys,
    },
  };
  provideTelemetry(telemetry);
}

/** @param isOff - whether the program has an SDK of its own for log records by now. */
function logEmitter(provider: LoggerProvider, isOff: () => boolean): LogEmitter {
  const loggers = new Map<string, ReturnType<LoggerProvider['getLogger']>>();
  return {
    emit(instrumentation, record) {
      if (isOff()) return;
      let logger = loggers.get(instrumentation);
      if (!logger)
        loggers.set(instrumentation, (logger = provider.getLogger(scopeName(instrumentation), version)));
      logger.emit(record);
    },
  };
}

function scopeName(instrumentation: string): string {
  return `otel-instrument/${instrumentation}`;
}
