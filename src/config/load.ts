import { namesConfigFile } from './before-start';
import { findComplaints } from './complaints';
import type { BatchConfig, Config, LogsConfig, MetricsConfig, TracesConfig } from './config';
import { readExporter } from './load-exporters';
import { readOperations } from './load-operations';
import { readKeep, readSampler } from './load-sampler';
import { unexpected } from './parsers';
import { createSettingReader, type SettingReader } from './read-env';
import { type Setting, settings } from './settings';
import type { DeclaresOptions } from './settings/options';

export type { Config } from './config';

export interface LoadedConfig {
  readonly config: Config;
  /** A line for each thing that was not accepted, or is not used. */
  readonly complaints: readonly string[];
}

/**
 * Reads all settings. Never throws: what is not accepted gives one complaint, a line that names the setting, what was found and
 * what is used instead.
 *
 * @param env the variables, by default those of this process
 * @param declared the instrumentations with options of their own
 */
export function loadConfig(
  env: NodeJS.ProcessEnv = process.env,
  declared: readonly DeclaresOptions[] = [],
): LoadedConfig {
  if (namesConfigFile(env)) {
    const { loadConfigFile } = require('./file/load') as typeof import('./file/load');
    return loadConfigFile(env, declared);
  }
  const reader = createSettingReader(env);
  const config = readConfig(reader, declared);
  return { config, complaints: [...reader.complaints, ...findComplaints(env, config, declared)] };
}

/** @param declared the instrumentations with options of their own */
export function readConfig(reader: SettingReader, declared: readonly DeclaresOptions[] = []): Config {
  const { read } = reader;
  return {
    sdkDisabled: read(settings.sdkDisabled),
    logLevel: read(settings.logLevel),
    resource: {
      serviceName: read(settings.serviceName),
      attributes: read(settings.resourceAttributes),
      entities: read(settings.entities).entities,
      detectors: read(settings.resourceDetectors),
      lookupTimeoutMillis: read(settings.resourceTimeout),
    },
    propagators: read(settings.propagators),
    propagatorsSet: reader.isSet(settings.propagators),
    propagationHosts: read(settings.propagationHosts),
    remoteParent: read(settings.remoteParent),
    traces: readTraces(reader),
    metrics: readMetrics(reader),
    logs: readLogs(reader),
    instrumentations: {
      enabled: read(settings.enabledInstrumentations),
      disabled: read(settings.disabledInstrumentations),
    },
    operations: readOperations(reader, declared),
    messagingEnvelope: read(settings.messagingEnvelope),
    exitTimeoutMillis: read(settings.exitTimeout),
    ownSdk: read(settings.ownSdk),
    envCarrier: read(settings.envCarrier),
    httpKnownMethods: read(settings.httpKnownMethods),
    exceptionSignal: read(settings.exceptionSignal, 'spans'),
    logKeys: {
      traceId: read(settings.logTraceIdKey),
      spanId: read(settings.logSpanIdKey),
      traceFlags: read(settings.logTraceFlagsKey),
    },
  };
}

/** The settings of traces, by variables. */
export function readTraces(reader: SettingReader): TracesConfig {
  const { read } = reader;
  const batch = readBatch(reader, {
    scheduleDelay: settings.spanScheduleDelay,
    exportTimeout: settings.spanExportTimeout,
    maxQueueSize: settings.spanMaxQueueSize,
    maxExportSize: settings.spanMaxExportSize,
  });
  return {
    processors: read(settings.tracesExporters).map((name) => ({
      batch,
      exporter: readExporter(reader, name, 'traces'),
    })),
    sampler: readSampler(reader),
    keep: readKeep(reader),
    limits: {
      attributeCount: read(settings.spanAttributeCount, read(settings.attributeCount)),
      attributeValueLength: read(settings.spanAttributeValueLength, read(settings.attributeValueLength)),
      eventCount: read(settings.spanEventCount),
      linkCount: read(settings.spanLinkCount),
      eventAttributeCount: read(settings.eventAttributeCount),
      linkAttributeCount: read(settings.linkAttributeCount),
    },
  };
}

/** The settings of metrics, by variables. */
export function readMetrics(reader: SettingReader): MetricsConfig {
  const { read } = reader;
  const periodic = {
    kind: 'periodic',
    intervalMillis: read(settings.metricInterval),
    timeoutMillis: read(settings.metricTimeout),
    temporality: read(settings.temporality),
    histogramAggregation: read(settings.histogramAggregation),
  } as const;
  const prometheus = {
    kind: 'prometheus',
    host: read(settings.prometheusHost),
    port: read(settings.prometheusPort),
  } as const;
  return {
    readers: read(settings.metricsExporters).map((name) =>
      name === 'prometheus'
        ? prometheus
        : {
            ...periodic,
            ...(name === 'console' && consoleMetrics(reader.isSet(settings.metricInterval))),
            exporter: readExporter(reader, name, 'metrics'),
          },
    ),
    views: [],
    exemplarFilter: read(settings.exemplarFilter),
    selfMetrics: read(settings.selfMetrics),
  };
}

/** Preferences for OTLP do not concern it, and who looks on does not want to wait for a minute ("Metrics Exporter - Standard output"). */
function consoleMetrics(hasInterval: boolean) {
  return {
    temporality: 'cumulative',
    histogramAggregation: 'explicit_bucket_histogram',
    ...(hasInterval ? undefined : { intervalMillis: 10_000 }),
  } as const;
}

/** The settings of log records, by variables. */
export function readLogs(reader: SettingReader): LogsConfig {
  const { read } = reader;
  const batch = readBatch(reader, {
    scheduleDelay: settings.logScheduleDelay,
    exportTimeout: settings.logExportTimeout,
    maxQueueSize: settings.logMaxQueueSize,
    maxExportSize: settings.logMaxExportSize,
  });
  return {
    processors: read(settings.logsExporters).map((name) => ({
      batch,
      exporter: readExporter(reader, name, 'logs'),
    })),
    limits: {
      attributeCount: read(settings.logAttributeCount, read(settings.attributeCount)),
      attributeValueLength: read(settings.logAttributeValueLength, read(settings.attributeValueLength)),
    },
  };
}

function readBatch(
  { read, isSet, complain, nameOf }: SettingReader,
  batch: Readonly<
    Record<'scheduleDelay' | 'exportTimeout' | 'maxQueueSize' | 'maxExportSize', Setting<number>>
  >,
): BatchConfig {
  const maxQueueSize = read(batch.maxQueueSize);
  let maxExportBatchSize = read(batch.maxExportSize);
  if (maxExportBatchSize > maxQueueSize) {
    // The specification wants it at most as large as the queue; a default that is larger is nobody's mistake.
    if (isSet(batch.maxExportSize)) {
      const problem = unexpected(`at most ${nameOf(batch.maxQueueSize)}`, `${maxExportBatchSize}`);
      complain(batch.maxExportSize, problem, maxQueueSize);
    }
    maxExportBatchSize = maxQueueSize;
  }
  return {
    scheduleDelayMillis: read(batch.scheduleDelay),
    exportTimeoutMillis: read(batch.exportTimeout),
    maxQueueSize,
    maxExportBatchSize,
  };
}
