import registry from '../instrumentations';
import { version } from '../package.json';
import { complainAboutNames, isInstrumentationEnabled } from './config/enabled';
import { type Config, loadConfig } from './config/load';
import { log, messageOf, setLogLevel } from './diag/log';
import type { TracePipeline } from './export/traces';
import { installHooks } from './hook/install';
import { installedVersion } from './hook/installed';
import { provideTelemetry, type Telemetry } from './kit/telemetry';
import { deliverAtProcessEnd } from './lifecycle/process-end';
import type { EndedSpan, SpanSink } from './model/ended-span';
import { isSuppressed } from './model/suppress';
import { detached } from './model/timers';
import { registerApiGlobals } from './sdk/api-globals';
import { rootContext } from './sdk/context/context';
import * as contexts from './sdk/context/context-manager';
import { compositePropagator } from './sdk/propagation/composite';
import { w3cBaggage } from './sdk/propagation/w3c-baggage';
import { w3cTraceContext } from './sdk/propagation/w3c-trace-context';
import { spanKey } from './sdk/trace/context-keys';
import { createOpenSpans, type OpenSpans } from './sdk/trace/open-spans';
import { createSampler } from './sdk/trace/samplers';
import { createTracerProvider } from './sdk/trace/tracer-provider';

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

  const propagator = createPropagator(config);
  const traces = createTraces(config);
  const tracerProvider = createTracerProvider({
    limits: config.spanLimits,
    sampler: traces ? createSampler(config.sampler.name, config.sampler.ratio) : () => false,
    // Identities that nobody will ever export would break the traces of others.
    passThrough: traces === undefined,
    sink: traces?.sink ?? (() => {}),
    openSpans: traces?.openSpans,
  });
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
function isWanted({ tracesExporters, metricsExporters, logsExporters, propagatorsSet }: Config): boolean {
  return tracesExporters.length + metricsExporters.length + logsExporters.length > 0 || propagatorsSet;
}

function createPropagator({ propagators }: Config) {
  const known = { tracecontext: w3cTraceContext, baggage: w3cBaggage };
  return compositePropagator(
    propagators.flatMap((name) => (name in known ? [known[name as keyof typeof known]] : [])),
  );
}

/** Follows open spans and takes the ended ones. */
interface Traces {
  readonly sink: SpanSink;
  readonly openSpans: OpenSpans;
}

/** The way out for spans; `undefined` if nobody wants them. What exports them is loaded when the first one ends, or the process. */
function createTraces(config: Config): Traces | undefined {
  if (config.sdkDisabled || config.tracesExporters.length === 0) return undefined;
  let pipeline: TracePipeline | undefined;
  let hasFailed = false;
  const openSpans = createOpenSpans(() => processEnd.arm());
  const processEnd = deliverAtProcessEnd(
    {
      hasWork: () => !openSpans.isEmpty() || pipeline?.hasUndelivered() === true,
      flush: () => pipeline?.flush(),
      finish(budgetMillis) {
        const { hold, flushSync } = requirePipeline();
        hold();
        openSpans.endAll();
        flushSync(budgetMillis);
      },
    },
    config.exitTimeoutMillis,
  );
  return { sink, openSpans };

  function requirePipeline(): TracePipeline {
    pipeline ??= detached(() => createPipeline(config, processEnd.disarmIfDone));
    return pipeline;
  }

  function sink(span: EndedSpan): void {
    if (hasFailed) return;
    try {
      processEnd.arm();
      requirePipeline().sink(span);
    } catch (error) {
      hasFailed = true;
      log.error(`spans cannot be exported: ${messageOf(error)}`);
    }
  }
}

function createPipeline(config: Config, onDrained: () => void): TracePipeline {
  const { createTracePipeline } = require('./export/traces') as typeof import('./export/traces');
  const { detectResource } = require('./sdk/resource') as typeof import('./sdk/resource');
  const resource = detectResource({
    serviceName: config.serviceName,
    attributes: config.resourceAttributes,
    distroVersion: version,
  });
  return createTracePipeline(
    config,
    resource,
    `otel-instrument/${version} OTel-OTLP-Exporter-JavaScript/${version}`,
    onDrained,
  );
}
