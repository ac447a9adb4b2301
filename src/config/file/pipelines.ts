import type {
  ExporterConfig,
  LogsConfig,
  MetricsConfig,
  ProcessorConfig,
  ReaderConfig,
  TracesConfig,
} from '../config';
import { readLogs, readMetrics, readTraces } from '../load';
import { logs } from '../settings/logs';
import { metrics } from '../settings/metrics';
import type { Setting } from '../settings/setting';
import { traces } from '../settings/traces';
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

type Signal = 'TRACES' | 'METRICS' | 'LOGS';

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

export function metricReaders(file: OpenFile, base: Variables): MetricsConfig['readers'] {
  const list = (file.tree.meter_provider?.readers ?? []) as Tree[];
  return list.flatMap((reader, index) => {
    const kind = Object.keys(reader)[0]!;
    const path = ['meter_provider', 'readers', index, kind];
    const { exporter, interval, timeout, cardinality_limits: limits, ...rest } = reader[kind] as Tree;
    file.unsupportedExcept(rest, path, []);
    const variables = createVariables(file, base);
    variables.set(metrics.metricInterval.name, interval, [...path, 'interval']);
    variables.set(metrics.metricTimeout.name, timeout, [...path, 'timeout']);
    const exporterPath = [...path, 'exporter'];
    if (!setExporter(file, variables, metrics.metricsExporters, 'METRICS', exporter, exporterPath)) return [];
    const { default: cardinalityLimit, ...byKind } = withoutNulls(limits);
    return readMetrics(variables.reader).readers.map(
      (each): ReaderConfig => ({
        ...each,
        ...(each.kind === 'periodic' && { exporter: toNamedFile(each.exporter, exporter) }),
        ...(cardinalityLimit !== undefined && { cardinalityLimit }),
        ...(Object.keys(byKind).length > 0 && { cardinalityLimits: byKind }),
      }),
    );
  });
}

function withoutNulls(limits: Readonly<Record<string, number | null>> = {}): Record<string, number> {
  return Object.fromEntries(
    Object.entries(limits).filter((entry): entry is [string, number] => entry[1] !== null),
  );
}

/** Sets the variables of the one exporter; `false` if it is not supported. */
function setExporter(
  file: OpenFile,
  variables: Variables,
  choice: Setting<readonly string[]>,
  signal: Signal,
  exporter: Tree,
  path: Path,
): boolean {
  const [key, options] = Object.entries<Tree | null>(exporter)[0]!;
  const own = [...path, key];
  const name = exporterNames[key]?.(options) ?? key.replace('/development', '');
  if (choice.parser.parse(name).problem !== undefined) {
    file.unsupported(own);
    return false;
  }
  variables.set(choice.name, name, own);
  const setOptions = exporterOptions[key] ?? setNothing;
  setOptions({ file, variables, signal, options: options ?? {}, path: own });
  return true;
}

/** The names of exporters in variables, where they are not the same. */
const exporterNames: Readonly<Record<string, (options: Tree | null) => string>> = {
  otlp_http: () => 'otlp',
  otlp_grpc: () => 'otlp',
  'otlp_file/development': (options) => (streamFile(options) === undefined ? 'otlp/stdout' : 'otlp/file'),
};

/** A file that is named in the file is taken as it is; the variable for all signals would be varied by each. */
function toNamedFile(config: ExporterConfig, exporter: Tree): ExporterConfig {
  const path = streamFile(exporter['otlp_file/development']);
  return config.kind === 'file' && path !== undefined ? { ...config, path } : config;
}

function streamFile(options: Tree | null | undefined): string | undefined {
  const stream = (options?.output_stream ?? 'stdout') as string;
  if (stream === 'stdout') return undefined;
  return stream.startsWith('file://') ? decodeURIComponent(stream.slice('file://'.length)) : stream;
}

interface ExporterPart {
  readonly file: OpenFile;
  readonly variables: Variables;
  readonly signal: Signal;
  readonly options: Tree;
  readonly path: Path;
}

const exporterOptions: Readonly<Record<string, (part: ExporterPart) => void>> = {
  otlp_http(part) {
    setOtlp(part, part.options.encoding === 'json' ? 'http/json' : 'http/protobuf');
  },
  otlp_grpc(part) {
    setOtlp(part, 'grpc');
  },
  'otlp_file/development': setMetricOptions,
  console: setMetricOptions,
  zipkin({ file, variables, options, path }) {
    variables.set(traces.zipkinEndpoint.name, options.endpoint, [...path, 'endpoint']);
    variables.set(traces.zipkinTimeout.name, options.timeout, [...path, 'timeout']);
    file.unsupportedExcept(options, path, ['endpoint', 'timeout']);
  },
  'prometheus/development'({ file, variables, options, path }) {
    variables.set(metrics.prometheusHost.name, options.host, [...path, 'host']);
    variables.set(metrics.prometheusPort.name, options.port, [...path, 'port']);
    file.unsupportedExcept(options, path, ['host', 'port']);
  },
};

function setNothing({ file, options, path }: ExporterPart): void {
  file.unsupportedExcept(options, path, []);
}

function setOtlp(part: ExporterPart, protocol: string): void {
  const { variables, signal, options, path } = part;
  const set = (name: string, value: unknown, ...keys: string[]) =>
    variables.set(`OTEL_EXPORTER_OTLP_${signal}_${name}`, value, [...path, ...keys]);
  set('PROTOCOL', protocol);
  set('ENDPOINT', options.endpoint, 'endpoint');
  set('TIMEOUT', options.timeout, 'timeout');
  set('COMPRESSION', options.compression, 'compression');
  set('HEADERS', headersOf(options), 'headers');
  set('CERTIFICATE', options.tls?.ca_file, 'tls', 'ca_file');
  set('CLIENT_KEY', options.tls?.key_file, 'tls', 'key_file');
  set('CLIENT_CERTIFICATE', options.tls?.cert_file, 'tls', 'cert_file');
  set('INSECURE', options.tls?.insecure, 'tls', 'insecure');
  setMetricOptions(part);
}

/** `headers_list` as it stands, and then `headers`, which are stronger, in the same form. */
function headersOf({ headers = [], headers_list: list }: Tree): string {
  const pairs = (headers as { name: string; value: string | null }[])
    .filter(({ value }) => value !== null)
    .map(({ name, value }) => `${name}=${encodeURIComponent(value!)}`);
  return [list ?? [], pairs].flat().join(',');
}

function setMetricOptions({ variables, options, path }: ExporterPart): void {
  const temporality = (options.temporality_preference as string | null | undefined)?.replace('_', '');
  variables.set(metrics.temporality.name, temporality, [...path, 'temporality_preference']);
  const aggregation = 'default_histogram_aggregation';
  variables.set(metrics.histogramAggregation.name, options[aggregation], [...path, aggregation]);
}
