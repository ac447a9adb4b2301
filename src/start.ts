import registry from '../instrumentations';
import { version } from '../package.json';
import { complainAboutNames, isInstrumentationEnabled } from './config/enabled';
import { type Config, loadConfig } from './config/load';
import { log, setLogLevel } from './diag/log';
import { installHooks } from './hook/install';
import { installedVersion } from './hook/installed';
import { provideTelemetry, type Telemetry } from './kit/telemetry';
import { type Delivery, deliverAtProcessEnd } from './lifecycle/process-end';
import { isSuppressed } from './model/suppress';
import { registerApiGlobals } from './sdk/api-globals';
import { rootContext } from './sdk/context/context';
import * as contexts from './sdk/context/context-manager';
import { spanKey } from './sdk/trace/context-keys';
import type { StartEnvironment } from './start/environment';
import { createPropagator } from './start/propagation';
import { lazyResource } from './start/resource';
import { startTraces } from './start/traces';

/**
 * Wires everything together: settings, SDK, exporters, hooks. Nothing here is heavy: exporters are built when the first span ends, an
 * instrumentation loads with its library.
 */
export function start(): void {
  const { config, complaints } = loadConfig();
  setLogLevel(config.logLevel);
  const names = registry.map(({ name }) => name);
  for (const complaint of [...complaints, ...complainAboutNames(config.instrumentations, names)])
    log.warn(complaint);
  if (!isWanted(config)) return;

  const deliveries: Delivery[] = [];
  const environment: StartEnvironment = {
    config,
    resource: lazyResource(config),
    userAgent: `otel-instrument/${version} OTel-OTLP-Exporter-JavaScript/${version}`,
    processEnd: deliverAtProcessEnd(deliveries, config.exitTimeoutMillis),
    deliveries,
  };
  const propagator = createPropagator(config);
  const tracerProvider = startTraces(environment);
  registerApiGlobals(
    { trace: tracerProvider, context: contexts.contextManager, propagation: propagator },
    installedVersion('@opentelemetry/api'),
  );

  const telemetry: Telemetry = {
    activeContext: contexts.activeContext,
    withSpan: (parent, span) => parent.setValue(spanKey, span),
    run: contexts.runWithContext,
    enter: contexts.enterContext,
    runOutside: contexts.runOutsideContext,
    rootContext,
    propagator,
    isSuppressed,
    instrumented(name) {
      const tracer = tracerProvider.getTracer(`otel-instrument/${name}`, version);
      return {
        startSpan: (spanName, kind, parent, links) =>
          tracer.startSpan(spanName, links ? { kind, links } : { kind }, parent),
      };
    },
    settings: {
      knownMethods: new Set(config.httpKnownMethods),
      messagingEnvelope: config.messagingEnvelope,
    },
  };
  provideTelemetry(telemetry);
  installHooks(registry.filter(({ name }) => isInstrumentationEnabled(config.instrumentations, name)));
}

/** Without an exporter for any signal and without propagators asked for, there is nothing to do. */
function isWanted({ traces, metrics, logs, propagatorsSet }: Config): boolean {
  return traces.processors.length + metrics.readers.length + logs.processors.length > 0 || propagatorsSet;
}
