import type { Config, Configurator, LoggerConfig, ScopeConfig } from '../config';
import type { Tree } from './read-config-file';

/** What the file says of single tracers, meters and loggers, as parts of the configuration of their signals. */
export function readConfigurators(tree: Tree): {
  readonly traces: Pick<Config['traces'], 'configurator'>;
  readonly metrics: Pick<Config['metrics'], 'configurator'>;
  readonly logs: Pick<Config['logs'], 'configurator'>;
} {
  return {
    traces: configuratorAt(tree.tracer_provider, 'tracer', scopeConfig),
    metrics: configuratorAt(tree.meter_provider, 'meter', scopeConfig),
    logs: configuratorAt(tree.logger_provider, 'logger', loggerConfig),
  };
}

function configuratorAt<C>(
  provider: Tree | null | undefined,
  kind: 'tracer' | 'meter' | 'logger',
  read: (config: Tree) => C,
): { readonly configurator?: Configurator<C> } {
  const configurator = provider?.[`${kind}_configurator/development`] as Tree | undefined;
  if (!configurator) return {};
  const matchers = (configurator[`${kind}s`] ?? []) as { name: string; config: Tree }[];
  return {
    configurator: {
      defaultConfig: read(configurator.default_config ?? {}),
      matchers: matchers.map(({ name, config }) => ({ name, config: read(config) })),
    },
  };
}

function scopeConfig({ enabled }: Tree): ScopeConfig {
  return { enabled: enabled ?? true };
}

function loggerConfig({ enabled, minimum_severity: severity, trace_based: traceBased }: Tree): LoggerConfig {
  return {
    enabled: enabled ?? true,
    minimumSeverity: severity ? severityNumbers.indexOf(severity) + 1 : 0,
    traceBased: traceBased ?? false,
  };
}

/** From 1 (logs data model, "SeverityNumber"). */
const severityNumbers: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].flatMap(
  (name) => ['', '2', '3', '4'].map((fine) => name + fine),
);

/** The other way. */
export function writeConfigurator(
  configurator: Configurator<ScopeConfig> | undefined,
  list: 'tracers' | 'meters' | 'loggers',
): Tree | undefined {
  if (configurator === undefined) return undefined;
  const { defaultConfig, matchers } = configurator;
  return {
    default_config: writeConfig(defaultConfig),
    ...(matchers.length > 0 && {
      [list]: matchers.map(({ name, config }) => ({ name, config: writeConfig(config) })),
    }),
  };
}

function writeConfig({ enabled, minimumSeverity, traceBased }: ScopeConfig & Partial<LoggerConfig>): Tree {
  return {
    enabled,
    ...(minimumSeverity && { minimum_severity: severityNumbers[minimumSeverity - 1] }),
    ...(traceBased && { trace_based: true }),
  };
}
