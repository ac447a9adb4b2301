import type { Config } from './load';
import { settings } from './settings';

/** Whether the user wants this instrumentation; disabling is stronger than enabling, and `*` stands for all. */
export function isInstrumentationEnabled(
  { enabled, disabled }: Config['instrumentations'],
  name: string,
): boolean {
  if (disabled.includes('*') || disabled.includes(name)) return false;
  return enabled === undefined || enabled.includes(name);
}

/**
 * Whether nothing is to be loaded at all: the SDK is switched off and no propagator asked for (with one, context still passes through, as the
 * specification has it).
 */
export function isDisabled(env: NodeJS.ProcessEnv = process.env): boolean {
  const text = env[settings.sdkDisabled.name]?.trim();
  if (!text || !settings.sdkDisabled.parser.parse(text).value) return false;
  return !env[settings.propagators.name]?.trim();
}
