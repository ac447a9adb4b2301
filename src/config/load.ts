import type {
  BatchConfig,
  Config,
  ExporterConfig,
  LogsConfig,
  MetricsConfig,
  OtlpConfig,
  SamplerConfig,
  TracesConfig,
} from './config';
import { signalUrl, unexpected } from './parsers';
import { createSettingReader, type SettingReader } from './read-env';
import { otlpSignals, type Setting, settings } from './settings';

export type { Config } from './config';

/**
 * Reads all settings. Never throws: what is not accepted gives one complaint, a line that names the setting, what was found and
 * what is used instead.
 *
 * @param env the variables, by default those of this process
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): { config: Config; complaints: string[] } {
  const reader = createSettingReader(env);
  const { read } = reader;
  const enabled = read(settings.enabledInstrumentations);
  const config: Config = {
    sdkDisabled: read(settings.sdkDisabled),
    logLevel: read(settings.logLevel),
    resource: { serviceName: read(settings.serviceName), attributes: read(settings.resourceAttributes) },
    propagators: read(settings.propagators),
    propagatorsSet: reader.isSet(settings.propagators),
    traces: readTraces(reader),
    metrics: readMetrics(reader),
    logs: readLogs(reader),
    instrumentations: {
      enabled: enabled?.includes('*') ? undefined : enabled,
      disabled: read(settings.disabledInstrumentations),
    },
    messagingEnvelope: read(settings.messagingEnvelope),
    exitTimeoutMillis: read(settings.exitTimeout),
    httpKnownMethods: read(settings.httpKnownMethods),
  };
  return { config, complaints: reader.complaints };
}

function readTraces(reader: SettingReader): TracesConfig {
  const { read } = reader;
  const batch = readBatch(reader, {
    scheduleDelay: settings.spanScheduleDelay,
    exportTimeout: settings.spanExportTimeout,
    maxQueueSize: settings.spanMaxQueueSize,
    maxExportSize: settings.spanMaxExportSize,
  });
  const otlp = readOtlp(reader, 'traces');
  return {
    processors: read(settings.tracesExporters).map((name) => ({ batch, exporter: exporterOf(name, otlp) })),
    sampler: readSampler(reader),
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

function readMetrics(reader: SettingReader): MetricsConfig {
  const { read } = reader;
  const otlp = readOtlp(reader, 'metrics');
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
      name === 'prometheus' ? prometheus : { ...periodic, exporter: exporterOf(name, otlp) },
    ),
    views: [],
    exemplarFilter: read(settings.exemplarFilter),
  };
}

function readLogs(reader: SettingReader): LogsConfig {
  const { read } = reader;
  const batch = readBatch(reader, {
    scheduleDelay: settings.logScheduleDelay,
    exportTimeout: settings.logExportTimeout,
    maxQueueSize: settings.logMaxQueueSize,
    maxExportSize: settings.logMaxExportSize,
  });
  const otlp = readOtlp(reader, 'logs');
  return {
    processors: read(settings.logsExporters).map((name) => ({ batch, exporter: exporterOf(name, otlp) })),
    limits: {
      attributeCount: read(settings.logAttributeCount, read(settings.attributeCount)),
      attributeValueLength: read(settings.logAttributeValueLength, read(settings.attributeValueLength)),
    },
  };
}

function exporterOf(name: 'otlp' | 'console', otlp: OtlpConfig): ExporterConfig {
  return name === 'otlp' ? otlp : { kind: name };
}

function readBatch(
  { read, isSet, complain }: SettingReader,
  batch: Readonly<
    Record<'scheduleDelay' | 'exportTimeout' | 'maxQueueSize' | 'maxExportSize', Setting<number>>
  >,
): BatchConfig {
  const maxQueueSize = read(batch.maxQueueSize);
  let maxExportBatchSize = read(batch.maxExportSize);
  if (maxExportBatchSize > maxQueueSize) {
    // The specification wants it at most as large as the queue; a default that is larger is nobody's mistake.
    if (isSet(batch.maxExportSize)) {
      const problem = unexpected(`at most ${batch.maxQueueSize.name}`, `${maxExportBatchSize}`);
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

function readOtlp({ read }: SettingReader, signal: keyof typeof otlpSignals): OtlpConfig {
  const own = otlpSignals[signal];
  return {
    kind: 'otlp',
    url: read(own.endpoint, signalUrl(read(settings.otlpEndpoint), `v1/${signal}`)),
    protocol: read(own.protocol, read(settings.otlpProtocol)),
    headers: read(own.headers, read(settings.otlpHeaders)),
    timeoutMillis: read(own.timeout, read(settings.otlpTimeout)),
    compression: read(own.compression, read(settings.otlpCompression)),
  };
}

function readSampler({ read }: SettingReader): SamplerConfig {
  const name = read(settings.sampler);
  const root = name.replace('parentbased_', '');
  const sampler: SamplerConfig =
    root === 'traceidratio'
      ? // The argument belongs to the sampler that is named: without one, or for another kind, it is not looked at.
        { kind: 'trace_id_ratio', ratio: read(settings.samplerRatio) }
      : { kind: root as 'always_on' | 'always_off' };
  return root === name ? sampler : { kind: 'parent_based', root: sampler };
}
