import type { OperationSettings } from '../model/operation-settings';
import type { Entity, StringMap } from './parsers';
import type { DetectorName } from './resource-detectors';
import type { KeepConfig, SamplerConfig } from './sampler-config';

/** Everything that is set, whether by variables or by a file. Times are in milliseconds, lengths in characters, `Infinity` is no limit. */
export interface Config {
  readonly sdkDisabled: boolean;
  readonly logLevel: 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all';
  readonly resource: ResourceConfig;
  readonly propagators: readonly string[];
  /** Whether the user asked for propagators: they then apply even when the SDK is disabled. */
  readonly propagatorsSet: boolean;
  /** May hold `*`. The only hosts that get trace headers and baggage; undefined: all get the former, those of the own network also the latter. */
  readonly propagationHosts: readonly string[] | undefined;
  /** What becomes of the parent that a request or a message brings. */
  readonly remoteParent: 'trust' | 'link' | 'ignore';
  readonly traces: TracesConfig;
  readonly metrics: MetricsConfig;
  readonly logs: LogsConfig;
  readonly instrumentations: {
    /** Undefined, and `*` among them, mean all but those that are off until they are named. */
    readonly enabled: readonly string[] | undefined;
    /** Stronger than `enabled`; may hold `*`. */
    readonly disabled: readonly string[];
  };
  readonly operations: OperationSettings;
  readonly messagingEnvelope: 'none' | 'metadata.otel' | 'metadata.otel+wrap';
  readonly exitTimeoutMillis: number;
  /** What happens when the program brings an SDK of its own. */
  readonly ownSdk: 'stand-down' | 'keep';
  /** Ways of context through environment variables. */
  readonly envCarrier: readonly ('in' | 'out')[];
  readonly httpKnownMethods: readonly string[];
  /** Where exceptions of spans are recorded. */
  readonly exceptionSignal: 'spans' | 'logs' | 'logs/dup';
  /** Names of the fields that the program's own JSON log records get. */
  readonly logKeys: { readonly traceId: string; readonly spanId: string; readonly traceFlags: string };
}

export interface ResourceConfig {
  readonly serviceName: string | undefined;
  /** Without a prototype, so any key is harmless. From variables they are all texts. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** From a file there are none. */
  readonly entities: readonly Entity[];
  readonly detectors: readonly DetectorName[];
  /** Which of their attributes are used; missing means all. Patterns with `*` and `?`. */
  readonly detectedKeys?: KeyPatternsConfig;
  /** Of the semantic conventions that the attributes follow. */
  readonly schemaUrl?: string;
  /** How long the first export waits for metadata services; 0: they are not asked. */
  readonly lookupTimeoutMillis: number;
}

/** Which keys are kept: patterns with `*` and `?`; `excluded` is stronger. */
export interface KeyPatternsConfig {
  /** Missing means all. */
  readonly included?: readonly string[];
  readonly excluded?: readonly string[];
}

/** A boxed number (`Object(5)`) is a double even where it is whole. */
export type AttributeValue = string | number | boolean | string[] | number[] | boolean[];

/** No processor means that nobody wants spans. */
export interface TracesConfig {
  readonly processors: readonly ProcessorConfig[];
  readonly sampler: SamplerConfig;
  /** Undefined where what the sampler says is final. */
  readonly keep: KeepConfig | undefined;
  readonly limits: SpanLimits;
  readonly configurator?: Configurator<ScopeConfig>;
}

export interface LogsConfig {
  readonly processors: readonly ProcessorConfig[];
  readonly limits: Pick<SpanLimits, 'attributeCount' | 'attributeValueLength'>;
  readonly configurator?: Configurator<LoggerConfig>;
  /** Whether events become events of the active span, too. */
  readonly bridgesEvents?: boolean;
}

export interface MetricsConfig {
  readonly readers: readonly ReaderConfig[];
  readonly views: readonly ViewConfig[];
  readonly exemplarFilter: 'always_on' | 'always_off' | 'trace_based';
  /** Whether the SDK reports on itself. */
  readonly selfMetrics?: boolean;
  readonly configurator?: Configurator<ScopeConfig>;
}

/** What the tracers, meters or loggers of each scope do (specification, "TracerConfigurator" and its siblings). */
export interface Configurator<C> {
  /** Of scopes that no matcher names. */
  readonly defaultConfig: C;
  /** By the scope's name, a pattern with `*` and `?`; the first that matches counts. */
  readonly matchers: readonly { readonly name: string; readonly config: C }[];
}

export interface ScopeConfig {
  readonly enabled: boolean;
}

export interface LoggerConfig extends ScopeConfig {
  /** Records of a lower one are dropped, if they have one at all; 0: none is. */
  readonly minimumSeverity: number;
  /** Whether records of unsampled traces are dropped. */
  readonly traceBased: boolean;
}

/** What takes ended spans or log records to one exporter. */
export interface ProcessorConfig {
  /** Missing means that each item leaves at once ("simple" processor). */
  readonly batch?: BatchConfig;
  readonly exporter: ExporterConfig;
}

export interface BatchConfig {
  readonly scheduleDelayMillis: number;
  readonly exportTimeoutMillis: number;
  readonly maxQueueSize: number;
  /** At most `maxQueueSize`. */
  readonly maxExportBatchSize: number;
}

/** What collects metrics: at an interval, or whenever somebody asks. */
export type ReaderConfig =
  | {
      readonly kind: 'periodic';
      readonly intervalMillis: number;
      readonly timeoutMillis: number;
      readonly exporter: ExporterConfig;
      /** Points in a request at the most; missing means no limit. */
      readonly maxExportBatchSize?: number;
      readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
      readonly histogramAggregation: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram';
      readonly cardinalityLimit?: number;
      /** By kind of instrument, stronger than the above. */
      readonly cardinalityLimits?: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'prometheus';
      readonly host: string;
      readonly port: number;
      readonly text?: PrometheusTextConfig;
      readonly cardinalityLimit?: number;
      readonly cardinalityLimits?: Readonly<Record<string, number>>;
    };

/** What Prometheus is told ("Metrics Exporter - Prometheus"); what is missing is as that says. */
export interface PrometheusTextConfig {
  /** Whether points have labels that tell their scope. */
  readonly scopeInfo?: boolean;
  /** Whether the resource is told by a metric of its own. */
  readonly targetInfo?: boolean;
  /** Attributes of the resource that every point has as labels. */
  readonly resourceLabels?: KeyPatternsConfig;
  /** Whether names are escaped, and whether they end in unit and type. */
  readonly translation?: TranslationStrategy;
}

export type TranslationStrategy =
  | 'underscore_escaping_with_suffixes'
  | 'underscore_escaping_without_suffixes'
  | 'no_utf8_escaping_with_suffixes'
  | 'no_translation';

/** A view of metrics (OpenTelemetry SDK specification, "View"): which instruments, and what becomes of them. */
export interface ViewConfig {
  readonly selector: {
    /** May hold `*` and `?`. */
    readonly instrumentName?: string;
    readonly instrumentType?: string;
    readonly unit?: string;
    readonly meterName?: string;
    readonly meterVersion?: string;
    readonly meterSchemaUrl?: string;
  };
  readonly stream: {
    readonly name?: string;
    readonly description?: string;
    readonly attributeKeys?: KeyPatternsConfig;
    readonly cardinalityLimit?: number;
    readonly aggregation?: AggregationConfig;
  };
}

export type AggregationConfig =
  | { readonly kind: 'default' | 'drop' | 'last_value' | 'sum' }
  | {
      readonly kind: 'explicit_bucket_histogram';
      readonly boundaries?: readonly number[];
      readonly recordMinMax?: boolean;
    }
  | {
      readonly kind: 'base2_exponential_bucket_histogram';
      readonly maxScale?: number;
      readonly maxSize?: number;
      readonly recordMinMax?: boolean;
    };

export type ExporterConfig = OtlpConfig | FileConfig | ZipkinConfig | { readonly kind: 'console' };

export type SignalName = 'traces' | 'metrics' | 'logs';

/** Where and how one signal is sent. */
export interface OtlpConfig {
  readonly kind: 'otlp';
  readonly signal: SignalName;
  /** Absolute, http or https; may contain credentials. With gRPC the path is of no use. */
  readonly url: string;
  /** A Unix domain socket, instead of the host and port of the URL. */
  readonly socketPath?: string | undefined;
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc';
  /** Names in lower case; without a prototype. */
  readonly headers: StringMap;
  /** Always a delay that `setTimeout` takes. */
  readonly timeoutMillis: number;
  readonly compression: 'gzip' | 'none';
  readonly tls?: TlsFilesConfig | undefined;
  readonly proxy?: ProxyConfig | undefined;
  /** Where batches go that cannot be delivered; missing means that they are dropped. */
  readonly spool?: SpoolConfig | undefined;
}

/** Files in PEM, each with the setting that names it, for messages. */
export interface TlsFilesConfig {
  /** Whom to trust. */
  readonly certificate?: NamedFile | undefined;
  readonly clientKey?: NamedFile | undefined;
  readonly clientCertificate?: NamedFile | undefined;
}

export interface NamedFile {
  readonly path: string;
  readonly setting: string;
}

/** The proxy variables as they are set. */
export interface ProxyConfig {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  readonly noProxy?: string | undefined;
}

/** OTLP as lines of JSON. */
export interface FileConfig {
  readonly kind: 'file';
  readonly signal: SignalName;
  /** Missing means standard output. */
  readonly path?: string | undefined;
}

export interface ZipkinConfig {
  readonly kind: 'zipkin';
  readonly url: string;
  readonly timeoutMillis: number;
  readonly proxy?: ProxyConfig | undefined;
}

export interface SpoolConfig {
  readonly directory: string;
  /** Of all files together. */
  readonly maxBytes: number;
  /** Batches of one signal are not sent to the address of another. */
  readonly signal: 'traces' | 'metrics' | 'logs';
}

/** Limits of spans (OpenTelemetry SDK specification, "Span limits"); `Infinity` where there is none. */
export interface SpanLimits {
  readonly attributeCount: number;
  /** Characters kept of a string value, or of each string in an array. */
  readonly attributeValueLength: number;
  readonly eventCount: number;
  readonly linkCount: number;
  readonly eventAttributeCount: number;
  readonly linkAttributeCount: number;
}

export type { SamplerConfig };
