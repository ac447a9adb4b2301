import { deprecatedConfigFile } from '../before-start';
import type { Config } from '../config';
import { type LoadedConfig, readConfig } from '../load';
import { createSettingReader, type SettingReader } from '../read-env';
import { general } from '../settings/general';
import type { DeclaresOptions } from '../settings/options';
import { readConfigurators } from './configurators';
import { bridgesEvents, logRecordProcessors, metricReaders, spanProcessors } from './pipelines';
import { readPlaces } from './places';
import { readPropagators } from './propagators';
import { readResource, setResource } from './resource';
import { readSampler } from './sampler';
import { createVariables, type OpenFile, openFile, type Variables } from './variables';
import { readViews } from './views';

/** A configuration that a file gave, and what went into it. */
export interface LoadedFile extends LoadedConfig {
  /** As it was named. */
  readonly fileName: string;
  /** Present if the file is valid. */
  readonly file?: OpenFile;
  /** The settings that are one value in the file, with their places. */
  readonly places?: Variables['places'];
  /** The value of any of them. */
  readonly read: SettingReader['read'];
}

/**
 * The configuration that the declarative configuration file gives (OTEL_CONFIG_FILE). Variables are read only where the file refers to them; a
 * file that is not valid gives one in which everything is off. Never throws.
 *
 * @param declared the instrumentations with options of their own
 */
export function loadConfigFile(env: NodeJS.ProcessEnv, declared: readonly DeclaresOptions[]): LoadedFile {
  const fileName = (env[general.configFile.name]?.trim() || env[deprecatedConfigFile]?.trim())!;
  const deprecation = env[general.configFile.name]?.trim()
    ? []
    : [`${deprecatedConfigFile}: deprecated, expected ${general.configFile.name}; using it`];
  // A bundle of its own: the YAML parser and the schema are larger than all that runs at start.
  const { readConfigFile } = require('./read-config-file') as typeof import('./read-config-file');
  const result = readConfigFile(fileName, env);
  if ('errors' in result) return invalid(fileName, declared, [...deprecation, ...result.errors]);

  const file = openFile(fileName, result, declared);
  const variables = createVariables(file);
  readPlaces(file, variables);
  setResource(file, variables, env);
  const config = configOf(file, variables, declared);
  tellUnsupported(file);
  const used = new Set(result.references);
  if (variables.places.has(general.serviceName.name)) used.add(general.serviceName.name);
  const ignored = ignoredVariables(file, fileName, env, used);
  const complaints = [...deprecation, ...result.warnings, ...file.complaints, ...ignored];
  return { fileName, file, places: variables.places, read: variables.reader.read, config, complaints };
}

function configOf(file: OpenFile, variables: Variables, declared: readonly DeclaresOptions[]): Config {
  const base = readConfig(variables.reader, declared);
  const configurators = readConfigurators(file.tree);
  return {
    ...base,
    ...readPropagators(file),
    resource: readResource(file, base.resource),
    traces: {
      ...base.traces,
      processors: spanProcessors(file, variables),
      sampler: readSampler(file, base.traces.sampler),
      ...configurators.traces,
    },
    metrics: {
      ...base.metrics,
      readers: metricReaders(file, variables),
      views: readViews(file.tree),
      ...configurators.metrics,
    },
    logs: {
      ...base.logs,
      processors: logRecordProcessors(file, variables),
      ...(bridgesEvents(file) && { bridgesEvents: true }),
      ...configurators.logs,
    },
  };
}

function tellUnsupported(file: OpenFile): void {
  file.unsupportedExcept(
    file.tree.tracer_provider?.id_generator,
    ['tracer_provider', 'id_generator'],
    ['random'],
  );
}

/** Everything off, so that the program runs uninstrumented. */
function invalid(
  fileName: string,
  declared: readonly DeclaresOptions[],
  errors: readonly string[],
): LoadedFile {
  const reader = createSettingReader({});
  const config = { ...readConfig(reader, declared), sdkDisabled: true, propagatorsSet: false };
  const outcome = `${fileName}: not a valid configuration file; the program runs uninstrumented`;
  return { fileName, config, read: reader.read, complaints: [...errors, outcome] };
}

/** One line for all variables that are set and that the file does not refer to. */
function ignoredVariables(
  { settings }: OpenFile,
  fileName: string,
  env: NodeJS.ProcessEnv,
  used: ReadonlySet<string>,
): string[] {
  const ignored = settings
    .flatMap(({ name, aliases = [] }) => [name, ...aliases])
    .filter((name) => name !== general.configFile.name && env[name]?.trim() && !used.has(name));
  if (ignored.length === 0) return [];
  return [
    `${ignored.join(', ')}: not used, since ${general.configFile.name} names ${fileName}, which does not refer to ${ignored.length === 1 ? 'it' : 'them'}`,
  ];
}
