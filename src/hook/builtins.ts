import Module from 'node:module';
import { log, messageOf } from '../diag/log';
import type { AnyFunction } from '../kit/define';
import { disguise } from '../kit/disguise';
import { awaitBuiltin } from './await-builtin';
import type { RegistryEntry } from './registry';
import { satisfies } from './versions';

/**
 * Replaces exports of Node's own modules where this Node has no channel for the purpose, for `require` and `import` alike. The modules are loaded
 * for it; the instrumentation only when one of the functions is first called.
 */
export function patchBuiltins(entries: readonly RegistryEntry[]): void {
  let isPatched = false;
  for (const entry of entries) {
    for (const { module, nodeVersions, functions } of entry.builtins) {
      if (!satisfies(process.versions.node, nodeVersions)) continue;
      patchModule(entry, module, functions);
      isPatched = true;
    }
  }
  if (isPatched) Module.syncBuiltinESMExports();
}

function patchModule(entry: RegistryEntry, module: string, names: readonly string[]): void {
  const exports = require(module) as Record<string, AnyFunction>;
  const originals: Record<string, AnyFunction> = {};
  const isWanted = awaitBuiltin(entry.awaits);
  for (const name of names) originals[name] = exports[name]!;
  for (const name of names) {
    let patched: AnyFunction | undefined;
    exports[name] = disguise(function (this: unknown, ...args: unknown[]) {
      if (patched === undefined && isWanted()) patched = loadPatch(entry, module, name, originals);
      return Reflect.apply(patched ?? originals[name]!, this, args);
    }, originals[name]!);
  }
}

/** The instrumentation's function for an export; the original if that fails. */
function loadPatch(
  entry: RegistryEntry,
  module: string,
  name: string,
  originals: Record<string, AnyFunction>,
): AnyFunction {
  try {
    const builtin = entry.load().builtins!.find((candidate) => candidate.module === module)!;
    return builtin.functions[name]!(originals[name]!, originals);
  } catch (error) {
    log.warnOnce(`${entry.name}: ${name} of ${module} cannot be patched: ${messageOf(error)}`);
    return originals[name]!;
  }
}
