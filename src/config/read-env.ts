import type { Setting } from './settings';
import { valueText } from './settings';

/** Reads settings from variables and collects what is wrong with them. */
export interface SettingReader {
  /** The value of a setting; `inherited` takes the place of the default of an optional one. */
  read<T>(setting: Setting<T>): T;
  read<T>(setting: Setting<T | undefined>, inherited: NoInfer<T>): T;
  /** Whether the variable is there and not blank. */
  isSet(setting: Setting<unknown>): boolean;
  /** Adds a line about a setting: the problem ("expected ..., got ...") and what is used. */
  complain(setting: Setting<unknown>, problem: string, used: unknown): void;
  readonly complaints: string[];
}

export function createSettingReader(env: NodeJS.ProcessEnv): SettingReader {
  const complaints: string[] = [];
  return { read, isSet: ({ name }) => Boolean(env[name]?.trim()), complain, complaints };

  function read<T>(setting: Setting<T>, inherited = setting.fallback): T {
    const text = env[setting.name]?.trim();
    if (!text) return inherited;
    const { value = inherited, problem } = setting.parser.parse(text);
    if (problem !== undefined) complain(setting, problem, value);
    return value;
  }

  function complain({ name }: Setting<unknown>, problem: string, used: unknown): void {
    const line = `${name}: ${problem}; using ${valueText(used)}`.replace(urlCredentials, '//REDACTED@');
    // A setting that several signals inherit is read for each.
    if (!complaints.includes(line)) complaints.push(line);
  }
}

/** Everything between `//` and the last `@`: a password may itself contain `@` or `/`. */
const urlCredentials = /\/\/\S*@/g;
