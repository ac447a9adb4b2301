import type { StringMap } from './parsers';

/** Everything that is set, whether by variables or by a file. Times are in milliseconds, lengths in characters, `Infinity` is no limit. */
export interface Config {
  readonly sdkDisabled: boolean;
  readonly logLevel: 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all';
  readonly resource: ResourceConfig;
  readonly propagators: readonly string[];
  /** Whether the user asked for propagators: they then apply even when the SDK is disabled. */
  readonly propagatorsSet: boolean;
  readonly traces: TracesConfig;
  readonly metrics: MetricsConfig;
  readonly logs: LogsConfig;
  readonly instrumentations: {
    /** Undefined means all. */
    readonly enabled: readonly string[] | undefined;
    /** Stronger than `enabled`; may hold `*`. */
    readonly disabled: readonly string[];
  };
  readonly messagingEnvelope: 'none' | 'metadata.otel' | 'metadata.otel+wrap';
  readonly exitTimeoutMillis: number;
  readonly httpKnownMethods: readonly string[];
}

export interface ResourceConfig {
  readonly serviceName: string | undefined;
  /** Without a prototype, so any key is harmless. */
  readonly attributes: StringMap;
}

/** No processor means that nobody wants spans. */
export interface TracesConfig {
  readonly processors: readonly ProcessorConfig[];
  readonly sampler: SamplerConfig;
  readonly limits: SpanLimits;
}

export interface LogsConfig {
  readonly processors: readonly ProcessorConfig[];
  readonly limits: Pick<SpanLimits, 'attributeCount' | 'attributeValueLength'>;
}

export interface MetricsConfig {
  readonly readers: readonly ReaderConfig[];
  readonly views: readonly ViewConfig[];
  readonly exemplarFilter: 'always_on' | 'always_off' | 'trace_based';
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
      readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
      readonly histogramAggregation: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram';
      readonly cardinalityLimit?: number;
    }
  | {
      readonly kind: 'prometheus';
      readonly host: string;
      readonly port: number;
      readonly cardinalityLimit?: number;
    };

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
    readonly attributeKeys?: { readonly included?: readonly string[]; readonly excluded?: readonly string[] };
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

export type ExporterConfig = OtlpConfig | { readonly kind: 'console' };

/** Where and how one signal is sent. */
export interface OtlpConfig {
  readonly kind: 'otlp';
  /** Absolute, http or https; may contain credentials. */
  readonly url: string;
  readonly protocol: 'http/protobuf';
  /** Names in lower case; without a prototype. */
  readonly headers: StringMap;
  /** Always a delay that `setTimeout` takes. */
  readonly timeoutMillis: number;
  readonly compression: 'gzip' | 'none';
}

/** Limits of spans (OpenTelemetry SDK specification, "Span limits"). */
export interface SpanLimits {
  readonly attributeCount: number;
  readonly attributeValueLength: number;
  readonly eventCount: number;
  readonly linkCount: number;
  readonly eventAttributeCount: number;
  readonly linkAttributeCount: number;
}

/** A sampler, with the samplers that it asks. */
export type SamplerConfig =
  | { readonly kind: 'always_on' | 'always_off' }
  | { readonly kind: 'trace_id_ratio'; readonly ratio: number }
  | { readonly kind: 'parent_based'; readonly root: SamplerConfig };
