import type { ExporterConfig, PrometheusTextConfig, TranslationStrategy } from '../config';
import { metrics } from '../settings/metrics';
import type { Setting } from '../settings/setting';
import { traces } from '../settings/traces';
import type { Path, Tree } from './read-config-file';
import type { OpenFile, Variables } from './variables';

export type Signal = 'TRACES' | 'METRICS' | 'LOGS';

/** Sets the variables of the one exporter; `false` if it is not supported. */
export function setExporter(
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
export function toNamedFile(config: ExporterConfig, exporter: Tree): ExporterConfig {
  const path = streamFile(exporter['otlp_file/development']);
  return config.kind === 'file' && path !== undefined ? { ...config, path } : config;
}

function streamFile(options: Tree | null | undefined): string | undefined {
  const stream = (options?.output_stream ?? 'stdout') as string;
  if (stream === 'stdout') return undefined;
  if (!stream.startsWith('file://')) return stream;
  const path = stream.slice('file://'.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
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
  'prometheus/development'({ variables, options, path }) {
    variables.set(metrics.prometheusHost.name, options.host, [...path, 'host']);
    variables.set(metrics.prometheusPort.name, options.port, [...path, 'port']);
  },
};

/** What the Prometheus exporter has beyond the variables; the schema knows all its options. */
export function prometheusText({
  'prometheus/development': options,
}: Tree): PrometheusTextConfig | undefined {
  const strategy = options?.translation_strategy?.replace('/development', '') as
    | TranslationStrategy
    | undefined;
  const text: PrometheusTextConfig = {
    ...(options?.scope_info_enabled === false && { scopeInfo: false }),
    ...(options?.['target_info_enabled/development'] === false && { targetInfo: false }),
    ...(options?.resource_constant_labels && { resourceLabels: options.resource_constant_labels }),
    ...(strategy && { translation: strategy }),
  };
  return Object.keys(text).length > 0 ? text : undefined;
}

/** The other way. */
export function writePrometheusText(text: PrometheusTextConfig = {}): Tree {
  const { scopeInfo, targetInfo, resourceLabels, translation } = text;
  const suffix = translation && translation !== 'underscore_escaping_with_suffixes' ? '/development' : '';
  return {
    scope_info_enabled: scopeInfo,
    'target_info_enabled/development': targetInfo,
    resource_constant_labels: resourceLabels,
    translation_strategy: translation && translation + suffix,
  };
}

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
