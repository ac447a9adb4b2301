import type { StringMap } from './parsers';

/** A sampler, with the samplers that it asks (OpenTelemetry SDK specification, "Sampling"; configuration schema, "Sampler"). */
export type SamplerConfig =
  | { readonly kind: 'always_on' | 'always_off' }
  | { readonly kind: 'trace_id_ratio'; readonly ratio: number }
  /** Consistent probability; the parent's decision does not count. */
  | { readonly kind: 'probability'; readonly ratio: number }
  | ParentBasedConfig
  /** What `root` drops is recorded all the same, but not exported. */
  | { readonly kind: 'always_record'; readonly root: SamplerConfig }
  | { readonly kind: 'composite'; readonly sampler: ComposableSamplerConfig }
  | { readonly kind: 'rate_limiting'; readonly tracesPerSecond: number }
  | RulesConfig
  | JaegerRemoteConfig
  | XrayConfig;

/** Asked by what the parent is: without a parent, of another process or of this one, sampled or not. */
export interface ParentBasedConfig {
  readonly kind: 'parent_based';
  readonly root: SamplerConfig;
  /** Default: always on. */
  readonly remoteParentSampled?: SamplerConfig;
  /** Default: always off. */
  readonly remoteParentNotSampled?: SamplerConfig;
  /** Default: always on. */
  readonly localParentSampled?: SamplerConfig;
  /** Default: always off. */
  readonly localParentNotSampled?: SamplerConfig;
}

/** The first rule that matches a span names the sampler; if none does, `otherwise` is asked. */
export interface RulesConfig {
  readonly kind: 'rules';
  readonly rules: readonly { readonly match: SpanMatchConfig; readonly sampler: SamplerConfig }[];
  readonly otherwise: SamplerConfig;
}

/** Strategies of a Jaeger collector, or of an OpenTelemetry Collector. */
export interface JaegerRemoteConfig {
  readonly kind: 'jaeger_remote';
  /** http or https: with a path over HTTP, `?service=` is appended; with none by gRPC, but for Jaeger's ports 5778 and 14268. */
  readonly endpoint: string;
  readonly pollingIntervalMillis: number;
  /** Until the first answer is there. */
  readonly initial: SamplerConfig;
}

/** Rules of AWS X-Ray, fetched through the daemon or the Collector's `awsproxy`. */
export interface XrayConfig {
  readonly kind: 'xray';
  /** http or https, without a path. */
  readonly endpoint: string;
  /** Between two readings of the rules. */
  readonly pollingIntervalMillis: number;
}

/** What a composite sampler is made of (specification, "ComposableSampler"). */
export type ComposableSamplerConfig =
  | { readonly kind: 'always_on' | 'always_off' }
  | { readonly kind: 'probability'; readonly ratio: number }
  | { readonly kind: 'parent_threshold'; readonly root: ComposableSamplerConfig }
  | {
      readonly kind: 'rule_based';
      /** If none matches, the span is not sampled. */
      readonly rules: readonly {
        readonly match: SpanMatchConfig;
        readonly sampler: ComposableSamplerConfig;
      }[];
    }
  | {
      readonly kind: 'annotating';
      readonly attributes: StringMap;
      readonly sampler: ComposableSamplerConfig;
    };

/** Which spans a rule is for: all parts must hold; one without any is for every span. */
export interface SpanMatchConfig {
  readonly spanKinds?: readonly ('internal' | 'server' | 'client' | 'producer' | 'consumer')[];
  readonly parents?: readonly ('none' | 'remote' | 'local')[];
  readonly conditions?: readonly SpanConditionConfig[];
}

/**
 * What is asked of a span at its start. A missing attribute meets no condition but `excluded`; of an array one item is enough.
 */
export interface SpanConditionConfig {
  /** The name, the HTTP method, the path of the URL, the server's host, or the attribute `key`. */
  readonly of: 'name' | 'method' | 'path' | 'host' | 'attribute';
  readonly key?: string;
  /** One of these texts. */
  readonly values?: readonly string[];
  /** One of these patterns: `*` is any text, `?` any character; in a path `:name` is one segment. */
  readonly included?: readonly string[];
  /** None of these patterns; stronger than the others. */
  readonly excluded?: readonly string[];
}

/** Traces that were not sampled and are exported after all, since of their outcome. */
export interface KeepConfig {
  readonly onError: boolean;
  /** Of the local root span. */
  readonly slowMillis: number | undefined;
  /** Held at the most, of traces that have not ended. */
  readonly maxBytes: number;
}
