import type { Tree } from './read-config-file';

/** Names of version 1.0 that are others in 1.1, the one that is kept here; on and off are the other way round there. */
const ofPrometheus = [
  ['without_scope_info', 'scope_info_enabled'],
  ['without_target_info/development', 'target_info_enabled/development'],
  ['with_resource_constant_labels', 'resource_constant_labels'],
] as const;

/** Renames, in place, what a file of version 1.0 has under its older names. What does not look right stays, for the schema to refuse. */
export function renameOlder(tree: Tree): void {
  for (const reader of listOf(tree.meter_provider?.readers)) {
    const options = reader?.pull?.exporter?.['prometheus/development'];
    if (typeof options !== 'object' || options === null) continue;
    for (const [older, newer] of ofPrometheus) {
      const value = options[older];
      if (value === undefined || newer in options) continue;
      options[newer] = typeof value === 'boolean' ? !value : value;
      delete options[older];
    }
  }
}

function listOf(value: unknown): readonly any[] {
  return Array.isArray(value) ? value : [];
}
