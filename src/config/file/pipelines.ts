import type { LogsConfig, MetricsConfig, ProcessorConfig, ReaderConfig, TracesConfig } from '../config';
import { readLogs, readMetrics, readTraces } from '../load';
import { logs } from '../settings/logs';
import { metrics } from '../settings/metrics';
import type { Setting } from '../settings/setting';
import { traces } from '../settings/traces';
import { prometheusText, type Signal, setExporter, toNamedFile } from './exporters';
import type { Path, Tree } from './read-config-file';
import { createVariables, type OpenFile, type Variables } from './variables';

/** The span processors of the file. @param base - what concerns all exporters */
export function spanProcessors(file: OpenFile, base: Variables): TracesConfig['processors'] {
  return processors(file, base, 'tracer_provider', {
    prefix: 'OTEL_BSP',
    signal: 'TRACES',
    exporters: traces.tracesExporters,
    read: readTraces,
  });
}

/** A processor without an exporter. */
export const eventBridge = 'event_to_span_event_bridge/development';

/** Whether the file asks for events of the log to be added to spans. */
export function bridgesEvents({ tree }: OpenFile): boolean {
  const list = (tree.logger_provider?.processors ?? []) as Tree[];
  return list.some((processor) => eventBridge in processor);
}

/** `logger_provider.processors`; what is not in the file is as the variables' defaults have it. */
export function logRecordProcessors(file: OpenFile, base: Variables): LogsConfig['processors'] {
  return processors(file, base, 'logger_provider', {
    prefix: 'OTEL_BLRP',
    signal: 'LOGS',
    exporters: logs.logsExporters,
    read: readLogs,
  });
}

/** What the processors of a signal are made of. */
interface ProcessorKind {
  /** Of the variables of a batch processor. */
  readonly prefix: string;
  readonly signal: Signal;
  readonly exporters: Setting<readonly string[]>;
  readonly read: (reader: Variables['reader']) => { readonly processors: readonly ProcessorConfig[] };
}

function processors(
  file: OpenFile,
  base: Variables,
  provider: string,
  { prefix, signal, exporters, read }: ProcessorKind,
): ProcessorConfig[] {
  const list = (file.tree[provider]?.processors ?? []) as Tree[];
  return list.flatMap((processor, index) => {
    const kind = Object.keys(processor)[0]!;
    const path = [provider, 'processors', index, kind];
    if (kind === eventBridge && signal === 'LOGS') return [];
    if (kind !== 'batch' && kind !== 'simple') {
      file.unsupported(path);
      return [];
    }
    const { exporter, ...batch } = processor[kind] as Tree;
    const variables = createVariables(file, base);
    for (const [key, value] of Object.entries(batch))
      variables.set(`${prefix}_${key.toUpperCase()}`, value, [...path, key]);
    if (!setExporter(file, variables, exporters, signal, exporter, [...path, 'exporter'])) return [];
    return read(variables.reader).processors.map((each) => ({
      ...(kind === 'batch' && each.batch && { batch: each.batch }),
      exporter: toNamedFile(each.exporter, exporter),
    }));
  });
}

/** `meter_provider.readers`, likewise. */
export function metricReaders(file: OpenFile, base: Variables): MetricsConfig['readers'] {
  const list = (file.tree.meter_provider?.readers ?? []) as Tree[];
  return list.flatMap((reader, index) => {
    const kind = Object.keys(reader)[0]!;
    const path = ['meter_provider', 'readers', index, kind];
    const {
      exporter,
      interval,
      timeout,
      cardinality_limits: limits,
      producers,
      'max_export_batch_size/development': maxExportBatchSize,
    } = reader[kind] as Tree;
    tellProducers(file, producers, [...path, 'producers']);
    const variables = createVariables(file, base);
    variables.set(metrics.metricInterval.name, interval, [...path, 'interval']);
    variables.set(metrics.metricTimeout.name, timeout, [...path, 'timeout']);
    const exporterPath = [...path, 'exporter'];
    if ((kind === 'pull') !== 'prometheus/development' in exporter) {
      file.unsupported([...exporterPath, Object.keys(exporter)[0]!]);
      return [];
    }
    if (!setExporter(file, variables, metrics.metricsExporters, 'METRICS', exporter, exporterPath)) return [];
    const { default: cardinalityLimit, ...byKind } = withoutNulls(limits);
    const text = prometheusText(exporter);
    return readMetrics(variables.reader).readers.map(
      (each): ReaderConfig => ({
        ...each,
        ...(each.kind === 'periodic'
          ? {
              exporter: toNamedFile(each.exporter, exporter),
              ...('console' in exporter && consoleReader(exporter.console, interval)),
              ...(maxExportBatchSize && { maxExportBatchSize }),
            }
          : text && { text }),
        ...(cardinalityLimit !== undefined && { cardinalityLimit }),
        ...(Object.keys(byKind).length > 0 && { cardinalityLimits: byKind }),
      }),
    );
  });
}

function tellProducers(file: OpenFile, producers: readonly Tree[] = [], path: Path): void {
  for (const [index, producer] of producers.entries()) {
    const [name = ''] = Object.keys(producer);
    const hint = name === 'opencensus' ? 'there is no OpenCensus to read from on Node.js' : undefined;
    file.unsupported([...path, index, name], hint);
  }
}

/** By variables the console has an interval, a temporality and buckets of its own. */
function consoleReader(options: Tree | null, interval: number | null | undefined) {
  return {
    intervalMillis: interval || metrics.metricInterval.fallback,
    temporality: options?.temporality_preference?.replace('_', '') ?? metrics.temporality.fallback,
    histogramAggregation: options?.default_histogram_aggregation ?? metrics.histogramAggregation.fallback,
  };
}

function withoutNulls(limits: Readonly<Record<string, number | null>> = {}): Record<string, number> {
  return Object.fromEntries(
    Object.entries(limits).filter((entry): entry is [string, number] => entry[1] !== null),
  );
}
