import { nearest } from '../nearest';
import { createSettingReader, type SettingReader } from '../read-env';
import { allSettings, type Setting } from '../settings';
import { type DeclaresOptions, optionSettings } from '../settings/options';
import { pathText } from './path-text';
import type { ConfigFile, Path, Tree } from './read-config-file';

/** The file while it is turned into a configuration. */
export interface OpenFile {
  readonly tree: Tree;
  /** All that can be set, options of instrumentations among them. */
  readonly settings: readonly Setting<any>[];
  isVariable(name: string): boolean;
  /** `shop.yaml:12: tracer_provider.limits`. */
  place(path: Path): string;
  /** Counted from 1. */
  lineOf(path: Path): number;
  /** One line for what is valid and of no use here. @param hint - by default what was probably meant */
  unsupported(path: Path, hint?: string): void;
  /** The same for all keys of a mapping but some; those without a value say nothing. */
  unsupportedExcept(mapping: Tree | null | undefined, path: Path, supported: readonly string[]): void;
  readonly complaints: string[];
}

/** What the readers of the file's parts share. */
export function openFile(
  name: string,
  { tree, lineOf, knownKeys }: ConfigFile,
  declared: readonly DeclaresOptions[],
): OpenFile {
  const complaints: string[] = [];
  const settings = [...allSettings, ...optionSettings(declared)];
  const names = new Set(settings.map((setting) => setting.name));
  const isVariable = (variable: string) => names.has(variable);
  const place = (path: Path) => `${name}:${lineOf(path)}: ${pathText(path)}`;
  return { tree, settings, isVariable, lineOf, place, unsupported, unsupportedExcept, complaints };

  function unsupported(path: Path, hint = nearKey(path)): void {
    complaints.push(`${place(path)}: not supported here${hint && ` (${hint})`}; ignoring it`);
  }

  /** Custom components have any name, so a misspelled one is valid. */
  function nearKey(path: Path): string {
    const known = knownKeys(path.slice(0, -1));
    const key = String(path.at(-1));
    const near = known.includes(key) ? undefined : nearest(key, known);
    return near === undefined ? '' : `did you mean ${near}?`;
  }

  function unsupportedExcept(
    mapping: Tree | null | undefined,
    path: Path,
    supported: readonly string[],
  ): void {
    for (const [key, value] of Object.entries(mapping ?? {})) {
      if (value !== undefined && !supported.includes(key)) unsupported([...path, key]);
    }
  }
}

/**
 * What the file says in the form of variables: so it goes through the one table of settings, its parsers and its defaults, and a setting that is new
 * there works here. Complaints name the place in the file.
 */
export interface Variables {
  readonly env: Readonly<Record<string, string>>;
  readonly reader: SettingReader;
  /** Takes over a value; nothing if it is null or missing, and no item of an empty list. A variable that is not in the table is not supported. */
  set(variable: string, value: unknown, path: Path): void;
  /** The places of all that was set, by variable. */
  readonly places: ReadonlyMap<string, Path>;
  /** What was set to an empty list, which no variable can be. */
  readonly emptied: ReadonlySet<string>;
}

/** @param base - counts where nothing is set */
export function createVariables(file: OpenFile, base?: Variables): Variables {
  const env: Record<string, string> = Object.create(base?.env ?? null);
  const places = new Map<string, Path>(base?.places);
  const emptied = new Set<string>(base?.emptied);
  const nameOf = ({ name }: { readonly name: string }) => {
    const path = places.get(name);
    return path === undefined ? name : file.place(path);
  };
  const reader = withEmptied(createSettingReader(env, nameOf, file.complaints), emptied);
  return {
    env,
    reader,
    places,
    emptied,
    set(variable, value, path) {
      const isEmptyList = Array.isArray(value) && value.length === 0;
      const text = textOf(value);
      if (text === '' && !isEmptyList) return;
      if (!file.isVariable(variable)) return file.unsupported(path);
      if (isEmptyList && !isList(file, variable)) return file.unsupported(path, 'an empty list');
      if (isEmptyList) emptied.add(variable);
      else env[variable] = text;
      places.set(variable, path);
    },
  };
}

function withEmptied(reader: SettingReader, emptied: ReadonlySet<string>): SettingReader {
  return {
    ...reader,
    read: (setting: Setting<any>, ...inherited: [any?]) =>
      emptied.has(setting.name) ? [] : reader.read(setting, ...inherited),
    isSet: (setting) => emptied.has(setting.name) || reader.isSet(setting),
  };
}

function isList({ settings }: OpenFile, variable: string): boolean {
  const setting = settings.find(({ name }) => name === variable);
  return Array.isArray(setting?.parser.parse('none').value);
}

/** A value as it would stand in a variable. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(String).join(',');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([key, each]) => `${key}=${String(each)}`)
    .join(',');
}
