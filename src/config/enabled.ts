import type { Config } from './config';
import { general } from './settings/general';
import { node } from './settings/node';

/** Whether the user wants this instrumentation; disabling is stronger than enabling, and `*` stands for all. */
export function isInstrumentationEnabled(
  { enabled, disabled }: Config['instrumentations'],
  name: string,
): boolean {
  if (disabled.includes('*') || disabled.includes(name)) return false;
  return enabled === undefined || enabled.includes(name);
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
    return `${setting}: expected a list of ${known.join(', ')}, got "${unknown.join(',')}"; ignoring it`;
  });
}

/**
 * Whether nothing is to be loaded at all: the SDK is switched off and no propagator asked for (with one, context still passes through, as the
 * specification has it).
 */
export function isDisabled(env: NodeJS.ProcessEnv = process.env): boolean {
  const text = env[general.sdkDisabled.name]?.trim();
  if (!text || !general.sdkDisabled.parser.parse(text).value) return false;
  return !env[general.propagators.name]?.trim();
}
