import { resolve } from 'node:path';
import type {
  AggregationConfig,
  Config,
  ExporterConfig,
  ProcessorConfig,
  ReaderConfig,
  ViewConfig,
} from '../config';
import { hideAll, withoutSecrets } from '../explain';
import { MAX_TIMER_MILLIS } from '../parsers';
import type { SettingReader } from '../read-env';
import { allSettings } from '../settings';
import { type DeclaresOptions, optionSettings } from '../settings/options';
import { writeConfigurator } from './configurators';
import { writePrometheusText } from './exporters';
import { eventBridge } from './pipelines';
import { instrumentationPlaces } from './places';
import type { Path, Tree } from './read-config-file';
import { writeAttribute } from './resource';
import { writeSampler } from './write-sampler';

/**
 * A configuration file that says the same as a configuration, in YAML; without secrets, whose values are `REDACTED`.
 *
 * @param declared - the instrumentations with options of their own
 * @param read - gives the settings that the configuration only holds in another form
 */
export function writeConfigFile(
  config: Config,
  declared: readonly DeclaresOptions[],
  read: SettingReader['read'],
): string {
  const { stringifyYaml } = require('./read-config-file') as typeof import('./read-config-file');
  return stringifyYaml(withoutSecrets(configTree(config, declared, read)));
}

function configTree(config: Config, declared: readonly DeclaresOptions[], read: SettingReader['read']): Tree {
  const { resource, propagators, traces, metrics, logs } = config;
  // The file knows no entities: their attributes, which are weaker than the others.
  const ofEntities = resource.entities.flatMap(({ id, description }) => [id, description]);
  const attributes = Object.entries<unknown>(Object.assign({}, ...ofEntities, resource.attributes)).filter(
    ([name]) => name !== 'service.name' || resource.serviceName === undefined,
  );
  if (resource.serviceName !== undefined) attributes.unshift(['service.name', resource.serviceName]);
  const tree = {
    file_format: '1.1',
    disabled: config.sdkDisabled,
    log_level: LOG_LEVELS[config.logLevel] ?? config.logLevel,
    resource: {
      schema_url: resource.schemaUrl,
      attributes: some(attributes.map(([name, value]) => writeAttribute(name, value))),
      'detection/development': maybe(resource.detectors.length > 0, {
        attributes: resource.detectedKeys,
        detectors: resource.detectors.map((name) => ({ [name]: null })),
      }),
    },
    propagator: maybe(propagators.length > 0, { composite: propagators.map((name) => ({ [name]: null })) }),
    tracer_provider: maybe(traces.processors.length > 0, {
      processors: traces.processors.map(processor),
      limits: snakeCased(traces.limits, (key) => `${key}_limit`),
      sampler: writeSampler(traces.sampler),
      'tracer_configurator/development': writeConfigurator(traces.configurator, 'tracers'),
    }),
    meter_provider: maybe(metrics.readers.length > 0, {
      readers: metrics.readers.map(reader),
      views: some(metrics.views.map(view)),
      exemplar_filter: metrics.exemplarFilter,
      'meter_configurator/development': writeConfigurator(metrics.configurator, 'meters'),
    }),
    logger_provider: maybe(logs.processors.length > 0 || logs.bridgesEvents === true, {
      processors: [
        ...(logs.bridgesEvents ? [{ [eventBridge]: null }] : []),
        ...logs.processors.map(processor),
      ],
      limits: snakeCased(logs.limits, (key) => `${key}_limit`),
      'logger_configurator/development': writeConfigurator(logs.configurator, 'loggers'),
    }),
    'instrumentation/development': instrumentation(declared, read),
  };
  return pruned(tree) as Tree;

  function processor({ batch, exporter: each }: ProcessorConfig): Tree {
    const options = batch && {
      schedule_delay: batch.scheduleDelayMillis,
      export_timeout: timeout(batch.exportTimeoutMillis),
      max_queue_size: batch.maxQueueSize,
      max_export_batch_size: batch.maxExportBatchSize,
    };
    return { [batch ? 'batch' : 'simple']: { ...options, exporter: exporter(each) } };
  }

  function reader(each: ReaderConfig): Tree {
    const { cardinalityLimit, cardinalityLimits = {} } = each;
    const isLimited = cardinalityLimit !== undefined || Object.keys(cardinalityLimits).length > 0;
    const limits = maybe(isLimited, { default: cardinalityLimit, ...cardinalityLimits });
    if (each.kind === 'prometheus') {
      const options = { host: each.host, port: each.port, ...writePrometheusText(each.text) };
      return { pull: { exporter: { 'prometheus/development': options }, cardinality_limits: limits } };
    }
    return {
      periodic: {
        interval: each.intervalMillis,
        timeout: timeout(each.timeoutMillis),
        'max_export_batch_size/development': each.maxExportBatchSize,
        exporter: exporter(each.exporter, {
          temporality_preference: each.temporality.replace('lowmemory', 'low_memory'),
          default_histogram_aggregation: each.histogramAggregation,
        }),
        cardinality_limits: limits,
      },
    };
  }

  function exporter(each: ExporterConfig, more: Tree = {}): Tree {
    switch (each.kind) {
      case 'console':
        return { console: more };
      case 'file': {
        const stream = each.path === undefined ? 'stdout' : `file://${encodeURI(resolve(each.path))}`;
        return { 'otlp_file/development': { output_stream: stream, ...more } };
      }
      case 'zipkin':
        return { zipkin: { endpoint: each.url, timeout: timeout(each.timeoutMillis) } };
      case 'otlp': {
        const headers = Object.entries(hideAll(each.headers)).map(([name, value]) => ({ name, value }));
        const options = {
          endpoint: each.socketPath ? `unix://${each.socketPath}:${new URL(each.url).pathname}` : each.url,
          tls: each.tls && {
            ca_file: each.tls.certificate?.path,
            key_file: each.tls.clientKey?.path,
            cert_file: each.tls.clientCertificate?.path,
          },
          headers: some(headers),
          compression: each.compression,
          timeout: timeout(each.timeoutMillis),
          ...more,
        };
        if (each.protocol === 'grpc') return { otlp_grpc: options };
        return { otlp_http: { ...options, encoding: each.protocol.slice('http/'.length) } };
      }
    }
  }
}

const LOG_LEVELS: Readonly<Record<string, string>> = { none: 'fatal', verbose: 'trace', all: 'trace' };

/** Settings that the file has one by one, below `instrumentation/development`. */
function instrumentation(declared: readonly DeclaresOptions[], read: SettingReader['read']): Tree {
  const tree: Record<string, any> = {};
  for (const setting of [...allSettings, ...optionSettings(declared)]) {
    const value = withoutSecrets(read(setting));
    if (value === undefined) continue;
    for (const path of instrumentationPlaces(setting.name, declared)) {
      // What is a list there may be one text here.
      const isList = path[1] === 'general' && typeof value === 'string';
      put(tree, path.slice(1), isList ? value.split(',') : value);
    }
  }
  return tree;
}

function put(tree: Record<string, any>, [key, ...rest]: Path, value: unknown): void {
  if (rest.length === 0) tree[key!] = value;
  else put((tree[key!] ??= {}), rest, value);
}

function view({ selector, stream }: ViewConfig): Tree {
  const { aggregation, attributeKeys, cardinalityLimit, ...texts } = stream;
  return {
    selector: snakeCased(selector),
    stream: {
      ...snakeCased(texts),
      attribute_keys: attributeKeys,
      aggregation_cardinality_limit: cardinalityLimit,
      aggregation: aggregation && writeAggregation(aggregation),
    },
  };
}

function writeAggregation({ kind, ...options }: AggregationConfig): Tree {
  return { [kind]: snakeCased(options) };
}

function timeout(millis: number): number {
  return millis === MAX_TIMER_MILLIS ? 0 : millis;
}

function snakeCased(mapping: object, rename = (key: string) => key): Tree {
  return Object.fromEntries(
    Object.entries(mapping).map(([key, value]) => [
      rename(key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
      value === Number.POSITIVE_INFINITY ? null : value,
    ]),
  );
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

function maybe<T>(isWanted: boolean, value: T): T | undefined {
  return isWanted ? value : undefined;
}

/** Without what is undefined, which YAML cannot say, and without mappings that held nothing else. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, pruned(each)]));
}
