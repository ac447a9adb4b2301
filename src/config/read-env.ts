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
    if (problem !== undefined) complain(setting, problem, value);
    return value;
  }

  /** The variable, or the first of its other names that is set. */
  function nameInUse({ name, aliases = [] }: Setting<unknown>): string | undefined {
    if (env[name]?.trim()) return name;
    return aliases.find((alias) => env[alias]?.trim());
  }

  function complain(setting: Setting<unknown>, problem: string, used: unknown): void {
    const line = `${nameOf(setting)}: ${problem}; using ${valueText(used)}`.replace(
      urlCredentials,
      '//REDACTED@',
    );
    // A setting that several signals inherit is read for each.
    if (!complaints.includes(line)) complaints.push(line);
  }
}

/** Everything between `//` and the last `@`: a password may itself contain `@` or `/`. */
const urlCredentials = /\/\/\S*@/g;
