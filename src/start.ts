import type { Attributes } from '@opentelemetry/api';
import registry from '../instrumentations';
import { version } from '../package.json';
import { complainAboutNames, isInstrumentationEnabled } from './config/enabled';
import { type Config, loadConfig } from './config/load';
import { reportDirectory } from './config/report-directory';
import { log, setLogLevel } from './diag/log';
import { installHooks } from './hook/install';
import { installedVersion } from './hook/installed';
import type { RegistryEntry } from './hook/registry';
import { type Delivery, deliverAtProcessEnd } from './lifecycle/process-end';
import { isMainThread } from './model/main-thread';
import { isSuppressed } from './model/suppress';
// Taken before the program's first line.
import './model/random';
import { createStandDown } from './own-sdk/stand-down';
import { registerApiGlobals } from './sdk/api-globals';
import { contextManager } from './sdk/context/context-manager';
import { observeInBackground } from './start/background';
import { tellOfBundle } from './start/bundle';
import { continueProcessTrace, prepareChildren } from './start/env-carrier';
import type { StartEnvironment } from './start/environment';
import { exceptionSink, recordUncaughtErrors } from './start/exceptions';
import { startLogs } from './start/logs';
import { startMetrics, withSelfMetrics } from './start/metrics';
import { lazyPropagator } from './start/propagation';
import type { Report } from './start/report';
import { lazyResource } from './start/resource';
import { connectThreads } from './start/threads';
import { startTraces } from './start/traces';

/**
 * Wires everything together: settings, SDK, exporters, hooks. Nothing here is heavy: exporters are built when the first span ends, an
 * instrumentation loads with its library.
 * @returns false if the settings leave nothing to do.
 */
export function start(): boolean {
  const { config, complaints } = loadConfig(undefined, registry);
  setLogLevel(config.logLevel);
  // Worker threads have the same settings, as a rule.
  if (isMainThread()) {
    const names = registry.map(({ name }) => name);
    for (const complaint of [...complaints, ...complainAboutNames(config.instrumentations, names)])
      log.warn(complaint);
  }
  if (!isWanted(config)) return false;

  const deliveries: Delivery[] = [];
  const processEnd = deliverAtProcessEnd(deliveries, config.exitTimeoutMillis);
  const resource = lazyResource(config);
  const report = startReport(resource);
  const environment: StartEnvironment = {
    config,
    resource,
    userAgent: `otel-instrument/${version} OTel-OTLP-Exporter-JavaScript/${version}`,
    processEnd,
    deliveries,
    threads: connectThreads(config, deliveries, processEnd),
    report,
  };
  const standDown = createStandDown(config.ownSdk);
  const propagator = lazyPropagator(config);
  const loggerProvider = startLogs(environment, standDown);
  if (loggerProvider) recordUncaughtErrors(loggerProvider, processEnd, () => standDown.isReplaced('logs'));
  const spanSource = continueProcessTrace(
    startTraces(environment, exceptionSink(loggerProvider, config)),
    config,
    propagator,
  );
  const meterProvider = startMetrics(environment, () => standDown.isReplaced('metrics'));
  const tracerProvider = withSelfMetrics(spanSource, meterProvider, config);
  const taken = registerApiGlobals(
    {
      trace: tracerProvider,
      context: contextManager,
      propagation: propagator,
      ...(meterProvider && { metrics: meterProvider }),
      ...(loggerProvider && { logs: loggerProvider }),
    },
    installedVersion('@opentelemetry/api'),
    standDown,
  );
  // By another preload.
  for (const part of taken) standDown.onRegistered(part, true);

  prepareChildren(config, propagator, () => isSuppressed() || standDown.isQuiet());
  const enabled = enabledEntries(config, () => {
    const { connectKit } = require('./start/telemetry') as typeof import('./start/telemetry');
    connectKit({ config, standDown, tracerProvider, meterProvider, loggerProvider });
    tellOfBundle(enabled);
  });
  if (meterProvider) observeInBackground(enabled);
  installHooks(enabled, report?.watch(standDown) ?? standDown);
  if (report) {
    deliveries.push(report.delivery);
    processEnd.arm();
  }
  return true;
}

/**
 * The instrumentations that the user wants.
 * @param prepare - called once, before the first of them is loaded.
 */
function enabledEntries(config: Config, prepare: () => void): RegistryEntry[] {
  const { instrumentations, operations, traces, metrics } = config;
  const isOff = (name: string) => !operations.options[name]!.enabled;
  const hasOthers = traces.processors.length + metrics.readers.length > 0;
  let isPrepared = false;
  return registry
    .filter(({ addsToOthers }) => hasOthers || !addsToOthers)
    .filter(({ name }) => isInstrumentationEnabled(instrumentations, name, isOff(name)))
    .map((entry) => ({
      ...entry,
      load() {
        if (!isPrepared) prepare();
        isPrepared = true;
        return entry.load();
      },
    }));
}

/** What `otel-instrument doctor` asks for; nobody else does. */
function startReport(resource: () => Attributes): Report | undefined {
  const directory = reportDirectory();
  if (directory === undefined) return undefined;
  const { createReport } = require('./start/report') as typeof import('./start/report');
  return createReport(directory, () => String(resource()['service.name']));
}

/** Without an exporter for any signal and without propagators asked for, there is nothing to do. */
function isWanted({ sdkDisabled, traces, metrics, logs, propagatorsSet }: Config): boolean {
  if (sdkDisabled) return propagatorsSet;
  return traces.processors.length + metrics.readers.length + logs.processors.length > 0 || propagatorsSet;
}
