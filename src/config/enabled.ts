import type { Config } from './config';
import { general } from './settings/general';
import { node } from './settings/node';

/**
 * Whether the user wants this instrumentation; disabling is stronger than enabling, and `*` stands for all that are not off.
 * @param isOff - it must be enabled by its name: by default, or because the user said so of it alone.
 */
export function isInstrumentationEnabled(
  { enabled = ['*'], disabled }: Config['instrumentations'],
  name: string,
  isOff = false,
): boolean {
  if (disabled.includes('*') || disabled.includes(name)) return false;
  return enabled.includes(name) || (enabled.includes('*') && !isOff);
}

/**
 * One line for each setting that names instrumentations which do not exist.
 * @param known - the names of all that do
 */
export function complainAboutNames(
  { enabled = [], disabled }: Config['instrumentations'],
  known: readonly string[],
): string[] {
  const lists = [
    [node.enabledInstrumentations.name, enabled],
    [node.disabledInstrumentations.name, disabled],
  ] as const;
  return lists.flatMap(([setting, names]) => {
    const unknown = names.filter((name) => name !== '*' && !known.includes(name));
    if (unknown.length === 0) return [];
    const { nearest } = require('./nearest') as typeof import('./nearest');
    const meant = unknown
      .slice(0, 3)
      .flatMap((name) => nearest(name, known, 2) ?? [])
      .join(',');
    return `${setting}: expected a list of ${known.join(', ')}, got "${unknown.join(',')}"; ignoring it${meant && `; did you mean ${meant}?`}`;
  });
}

/**
 * Whether nothing is to be loaded at all: the SDK is switched off and no propagator asked for (with one, context still passes through, as the
 * specification has it).
 */
export function isDisabled(env: NodeJS.ProcessEnv = process.env): boolean {
  // The file says so itself.
  if (namesConfigFile(env)) return false;
  const text = env[general.sdkDisabled.name]?.trim();
  if (!text || !general.sdkDisabled.parser.parse(text).value) return false;
  return !env[general.propagators.name]?.trim();
}

/** Whether a configuration file takes the place of all variables (specification/configuration/sdk-environment-variables.md). */
export function namesConfigFile(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env[general.configFile.name]?.trim() || env[deprecatedConfigFile]?.trim());
}

/** The older name of {@link general.configFile}. */
export const deprecatedConfigFile = 'OTEL_EXPERIMENTAL_CONFIG_FILE';

/** The names that the user gave instead of, or beside, those of the tools in which nothing is traced; `undefined` if none. */
export function dormantCommands(env: NodeJS.ProcessEnv = process.env): readonly string[] | undefined {
  const { name, parser } = node.dormantCommands;
  const text = env[name]?.trim();
  return text ? parser.parse(text).value : undefined;
}
