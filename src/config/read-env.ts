import { MAX_SETTING_CHARS, type Parser } from './parsers';
import type { Setting } from './settings';
import { valueText } from './settings';

/** Reads settings from variables and collects what is wrong with them. */
export interface SettingReader {
  /** The value of a setting; `inherited` takes the place of the default of an optional one. */
  read<T>(setting: Setting<T>): T;
  read<T>(setting: Setting<T | undefined>, inherited: NoInfer<T>): T;
  /** Whether the variable is there and not blank. */
  isSet(setting: Setting<unknown>): boolean;
  /** What the setting is called where it was set, for messages. */
  nameOf(setting: Setting<unknown>): string;
  /** Adds a line about a setting: the problem ("expected ..., got ...") and what is used. */
  complain(setting: Setting<unknown>, problem: string, used: unknown): void;
  readonly complaints: string[];
}

/**
 * @param givenNameOf - what a setting is called in complaints, by default as the variable; the value may stand in a file
 * @param complaints - where they are added
 */
export function createSettingReader(
  env: NodeJS.ProcessEnv,
  givenNameOf?: (setting: Setting<unknown>) => string,
  complaints: string[] = [],
): SettingReader {
  const nameOf = (setting: Setting<unknown>) => givenNameOf?.(setting) ?? nameInUse(setting) ?? setting.name;
  return { read, isSet: (setting) => nameInUse(setting) !== undefined, nameOf, complain, complaints };

  function read<T>(setting: Setting<T>, inherited = setting.fallback): T {
    const name = nameInUse(setting);
    if (name === undefined) return inherited;
    const text = env[name]!.trim();
    const { value = inherited, problem } = setting.parser.parse(text);
    if (problem !== undefined) complain(setting, problem, value, meantNames(text, setting.parser));
    return value;
  }

  /** The variable, or the first of its other names that is set. */
  function nameInUse({ name, aliases = [] }: Setting<unknown>): string | undefined {
    if (env[name]?.trim()) return name;
    return aliases.find((alias) => env[alias]?.trim());
  }

  function complain(setting: Setting<unknown>, problem: string, used: unknown, meant = ''): void {
    const suggestion = meant && `; did you mean ${meant}?`;
    const line = `${nameOf(setting)}: ${problem}; using ${valueText(used)}${suggestion}`.replace(
      /\S+/g,
      withoutCredentials,
    );
    // A setting that several signals inherit is read for each.
    if (!complaints.includes(line)) complaints.push(line);
  }
}

const maxSuggested = 3;

/** The names that misspelt ones were probably meant for. */
function meantNames(text: string, { names }: Parser<unknown>): string {
  if (names === undefined || text.length > MAX_SETTING_CHARS) return '';
  const { nearest } = require('./nearest') as typeof import('./nearest');
  const misspelt = text
    .toLowerCase()
    .split(',')
    .map((item) => item.trim())
    .filter((item) => !names.includes(item));
  return misspelt
    .slice(0, maxSuggested)
    .flatMap((item) => nearest(item, names, 2) ?? [])
    .join(',');
}

/** Everything between `//` and the last `@` of a word goes: a password may itself contain `@` or `/`. */
function withoutCredentials(word: string): string {
  const start = word.indexOf('//');
  const at = word.lastIndexOf('@');
  return start >= 0 && at > start ? `${word.slice(0, start)}//REDACTED${word.slice(at)}` : word;
}
