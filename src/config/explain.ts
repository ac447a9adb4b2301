import { namesConfigFile } from './before-start';
import { findComplaints } from './complaints';
import type { Config } from './config';
import type { LoadedFile } from './file/load';
import { readConfig } from './load';
import { headers } from './parsers';
import { createSettingReader, type SettingReader } from './read-env';
import { type Setting, settingGroups } from './settings';
import { type DeclaresOptions, optionSettings } from './settings/options';

/** Every setting, what it is, and why: for `otel-instrument config` and `doctor`. */
export interface Explanation {
  readonly config: Config;
  readonly complaints: readonly string[];
  readonly groups: readonly { readonly title: string; readonly rows: readonly ExplainedSetting[] }[];
  /** The value of any setting that is not part of a processor, a reader or a sampler. */
  readonly read: SettingReader['read'];
  /** Present if a configuration file is used; its `file` is missing if that is not valid. */
  readonly loaded?: LoadedFile;
}

export interface ExplainedSetting {
  /** The variable, or the place in the file. */
  readonly name: string;
  /** Secrets are hidden. */
  readonly value: unknown;
  /** `default`, `environment`, `--service_name`, `shop.yaml:12`, or another variable that stands in for this one. */
  readonly source: string;
}

/**
 * Reads all settings as a program would, and keeps where each comes from.
 *
 * @param env the variables, those of flags included
 * @param declared the instrumentations with options of their own
 * @param flagOf the flag that set a variable, if one did
 */
export function explainConfig(
  env: NodeJS.ProcessEnv,
  declared: readonly DeclaresOptions[],
  flagOf: (variable: string) => string | undefined,
): Explanation {
  if (namesConfigFile(env)) {
    const { explainFile } = require('./file/explain') as typeof import('./file/explain');
    return explainFile(env, declared);
  }
  const reader = createSettingReader(env);
  const values = new Map<string, unknown>();
  const config = readConfig(noting(reader, values), declared);
  const groups = groupsWith(declared).map(({ title, settings }) => ({
    title,
    rows: settings.map((setting) => ({
      name: setting.name,
      value: shownValue(setting, values.has(setting.name) ? values.get(setting.name) : reader.read(setting)),
      source: sourceOf(setting, env, flagOf),
    })),
  }));
  const complaints = [...reader.complaints, ...findComplaints(env, config, declared)];
  return { config, complaints, groups, read: reader.read };
}

/** The groups of the documentation, with the options of instrumentations. */
export function groupsWith(declared: readonly DeclaresOptions[]): typeof settingGroups {
  return [...settingGroups, { title: 'Single instrumentations', settings: optionSettings(declared) }];
}

/** The same reader, which also notes what was read; a general setting that stands in for one that is not set is so noted as its value. */
function noting(reader: SettingReader, values: Map<string, unknown>): SettingReader {
  return {
    ...reader,
    read<T>(setting: Setting<T>, ...inherited: [T?]): T {
      const value = inherited.length > 0 ? reader.read(setting, inherited[0] as never) : reader.read(setting);
      values.set(setting.name, value);
      return value;
    },
  };
}

function sourceOf(
  { name, aliases = [], parser }: Setting<unknown>,
  env: NodeJS.ProcessEnv,
  flagOf: (variable: string) => string | undefined,
): string {
  const own = [name, ...aliases].find((each) => env[each]?.trim());
  if (own !== undefined && parser.parse(env[own]!.trim()).value !== undefined)
    return flagOf(own) ?? (own === name ? 'environment' : own);
  const general = generalNames(name).find((each) => each !== name && env[each]?.trim());
  return general === undefined ? 'default' : (flagOf(general) ?? general);
}

/** The variables that stand in for one of a single signal: OTEL_EXPORTER_OTLP_TIMEOUT for OTEL_EXPORTER_OTLP_TRACES_TIMEOUT. */
function generalNames(name: string): string[] {
  return [
    name.replace(/^(OTEL_EXPORTER_OTLP)_(TRACES|METRICS|LOGS)_/, '$1_'),
    name.replace(/^OTEL_(SPAN|LOGRECORD)_(ATTRIBUTE_)/, 'OTEL_$2'),
  ];
}

/** The value of a setting as plain data, without secrets. */
export function shownValue({ parser }: Setting<unknown>, value: unknown): unknown {
  // A setting has a parser of its own, which bounds this one.
  if (parser.expected === headers.expected) return hideAll(value as Readonly<Record<string, string>>);
  return withoutSecrets(value);
}

/** Headers carry credentials, and nobody can tell which of them do. */
export function hideAll(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, 'REDACTED']));
}

/** Without the user and the query values of URLs, since keys are handed over there; expressions as texts. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return withoutUrlSecrets(value);
  if (value instanceof RegExp) return value.source;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  // What keeps what the user wrote: patterns, entities.
  if ('text' in value && ('expressions' in value || 'entities' in value)) return value.text;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecrets(each)]));
}

function withoutUrlSecrets(text: string): string {
  if (!URL_SCHEME.test(text)) return text;
  return text.replace(/\/\/\S*@/, '//REDACTED@').replace(/([?&][^=&#]*)=[^&#]*/g, '$1=REDACTED');
}

const URL_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
