import type { Config } from './config';
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
