import { first } from './settings/first';

/**
 * Whether nothing is to be loaded at all: the SDK is switched off and no propagator asked for (with one, context still passes through, as the
 * specification has it).
 */
export function isDisabled(env: NodeJS.ProcessEnv = process.env): boolean {
  // The file says so itself.
  if (namesConfigFile(env)) return false;
  const text = env[first.sdkDisabled.name]?.trim();
  if (!text || !first.sdkDisabled.parser.parse(text).value) return false;
  return !env[first.propagators.name]?.trim();
}

/** Whether a configuration file takes the place of all variables (specification/configuration/sdk-environment-variables.md). */
export function namesConfigFile(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env[first.configFile.name]?.trim() || env[deprecatedConfigFile]?.trim());
}

/** The older name of {@link first.configFile}. */
export const deprecatedConfigFile = 'OTEL_EXPERIMENTAL_CONFIG_FILE';

/** The names that the user gave instead of, or beside, those of the tools in which nothing is traced; `undefined` if none. */
export function dormantCommands(env: NodeJS.ProcessEnv = process.env): readonly string[] | undefined {
  const { name, parser } = first.dormantCommands;
  const text = env[name]?.trim();
  return text ? parser.parse(text).value : undefined;
}
