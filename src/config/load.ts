import { type StringMap, signalUrl, unexpected } from './parsers';
import { type Setting, settings, valueText } from './settings';

type ValueOf<Key extends keyof typeof settings> = (typeof settings)[Key]['fallback'];

/** All settings, parsed and completed by defaults. Times are in milliseconds, lengths in characters. */
export interface Config {
  readonly sdkDisabled: boolean;
  readonly serviceName: string | undefined;
  /** Without a prototype, so any key is harmless. */
  readonly resourceAttributes: StringMap;
  readonly logLevel: ValueOf<'logLevel'>;
  readonly propagators: ValueOf<'propagators'>;
  /** Whether the user asked for propagators: they then apply even when the SDK is disabled. */
  readonly propagatorsSet: boolean;
  readonly sampler: { readonly name: ValueOf<'sampler'>; readonly ratio: number };
  readonly batch: {
    readonly scheduleDelayMillis: number;
    readonly exportTimeoutMillis: number;
    readonly maxQueueSize: number;
    /** At most `maxQueueSize`. */
    readonly maxExportBatchSize: number;
  };
  readonly spanLimits: {
    readonly attributeCount: number;
    /** `Infinity` means no limit. */
    readonly attributeValueLength: number;
    readonly eventCount: number;
    readonly linkCount: number;
    readonly eventAttributeCount: number;
    readonly linkAttributeCount: number;
  };
  /** Empty means none, here and for the other signals. */
  readonly tracesExporters: ValueOf<'tracesExporters'>;
  readonly metricsExporters: ValueOf<'metricsExporters'>;
  readonly logsExporters: ValueOf<'logsExporters'>;
  readonly otlp: { readonly traces: OtlpConfig };
  readonly instrumentations: {
    /** Undefined means all. */
    readonly enabled: readonly string[] | undefined;
    /** Stronger than `enabled`; may hold `*`. */
    readonly disabled: readonly string[];
  };
  readonly messagingEnvelope: ValueOf<'messagingEnvelope'>;
  readonly exitTimeoutMillis: number;
  readonly httpKnownMethods: readonly string[];
}

/** Where and how one signal is sent. */
export interface OtlpConfig {
  /** Absolute, http or https; may contain credentials. */
  readonly url: string;
  readonly protocol: ValueOf<'otlpProtocol'>;
  /** Names in lower case; without a prototype. */
  readonly headers: StringMap;
  /** Always a delay that `setTimeout` takes. */
  readonly timeoutMillis: number;
  readonly compression: ValueOf<'otlpCompression'>;
}

/**
 * Reads all settings. Never throws: what is not accepted gives one complaint, a line that names the setting, what was found and
 * what is used instead.
 *
 * @param env the variables, by default those of this process
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): { config: Config; complaints: string[] } {
  const complaints: string[] = [];

  /** The value of a setting; `inherited` takes the place of the default of an optional one. */
  function read<T>(setting: Setting<T>): T;
  function read<T>(setting: Setting<T | undefined>, inherited: NoInfer<T>): T;
  function read<T>({ name, parser, fallback }: Setting<T>, inherited = fallback): T {
    const text = env[name]?.trim();
    if (!text) return inherited;
    const { value = inherited, problem } = parser.parse(text);
    if (problem !== undefined) complain(name, problem, value);
    return value;
  }

  function complain(name: string, problem: string, used: unknown): void {
    complaints.push(`${name}: ${problem}; using ${valueText(used)}`.replace(URL_CREDENTIALS, '//REDACTED@'));
  }

  function readBatch(): Config['batch'] {
    const maxQueueSize = read(settings.batchMaxQueueSize);
    let maxExportBatchSize = read(settings.batchMaxExportSize);
    if (maxExportBatchSize > maxQueueSize) {
      // The specification wants it at most as large as the queue; a default that is larger is nobody's mistake.
      const { name } = settings.batchMaxExportSize;
      if (env[name])
        complain(
          name,
          unexpected(`at most ${settings.batchMaxQueueSize.name}`, `${maxExportBatchSize}`),
          maxQueueSize,
        );
      maxExportBatchSize = maxQueueSize;
    }
    return {
      scheduleDelayMillis: read(settings.batchScheduleDelay),
      exportTimeoutMillis: read(settings.batchExportTimeout),
      maxQueueSize,
      maxExportBatchSize,
    };
  }

  function readSampler(): Config['sampler'] {
    const name = read(settings.sampler);
    // The argument belongs to the sampler that is named: without one, or for another kind, it is not looked at.
    return {
      name,
      ratio: name.endsWith('traceidratio') ? read(settings.samplerRatio) : settings.samplerRatio.fallback,
    };
  }

  const enabled = read(settings.enabledInstrumentations);
  const config: Config = {
    sdkDisabled: read(settings.sdkDisabled),
    serviceName: read(settings.serviceName),
    resourceAttributes: read(settings.resourceAttributes),
    logLevel: read(settings.logLevel),
    propagators: read(settings.propagators),
    propagatorsSet: Boolean(env[settings.propagators.name]?.trim()),
    sampler: readSampler(),
    batch: readBatch(),
    spanLimits: {
      attributeCount: read(settings.spanAttributeCount, read(settings.attributeCount)),
      attributeValueLength: read(settings.spanAttributeValueLength, read(settings.attributeValueLength)),
      eventCount: read(settings.spanEventCount),
      linkCount: read(settings.spanLinkCount),
      eventAttributeCount: read(settings.eventAttributeCount),
      linkAttributeCount: read(settings.linkAttributeCount),
    },
    tracesExporters: read(settings.tracesExporters),
    metricsExporters: read(settings.metricsExporters),
    logsExporters: read(settings.logsExporters),
    otlp: {
      traces: {
        url: read(settings.otlpTracesEndpoint, signalUrl(read(settings.otlpEndpoint), 'v1/traces')),
        protocol: read(settings.otlpTracesProtocol, read(settings.otlpProtocol)),
        headers: read(settings.otlpTracesHeaders, read(settings.otlpHeaders)),
        timeoutMillis: read(settings.otlpTracesTimeout, read(settings.otlpTimeout)),
        compression: read(settings.otlpTracesCompression, read(settings.otlpCompression)),
      },
    },
    instrumentations: {
      enabled: enabled?.includes('*') ? undefined : enabled,
      disabled: read(settings.disabledInstrumentations),
    },
    messagingEnvelope: read(settings.messagingEnvelope),
    exitTimeoutMillis: read(settings.exitTimeout),
    httpKnownMethods: read(settings.httpKnownMethods),
  };
  return { config, complaints };
}

/** Everything between `//` and the last `@`: a password may itself contain `@` or `/`. */
const URL_CREDENTIALS = /\/\/\S*@/g;
