import Module from 'node:module';
import { log, messageOf } from '../diag/log';
import type { AnyFunction } from '../kit/define';
import { disguise } from '../kit/disguise';
import { awaitBuiltin, onBuiltinLoaded } from './await-builtin';
import type { RegistryEntry } from './registry';
import { satisfies } from './versions';

/**
 * Replaces functions of Node's own modules where this Node has no channel for the purpose, for `require` and `import` alike, as soon as the program
 * has loaded what it takes. The instrumentation loads only when one of them is first called.
 */
export function patchBuiltins(entries: readonly RegistryEntry[]): void {
  for (const entry of entries) {
    for (const builtin of entry.builtins) {
      if (satisfies(process.versions.node, builtin.nodeVersions))
        onBuiltinLoaded(builtin.awaits, () => patchModule(entry, builtin));
    }
  }
}

function patchModule(
  entry: RegistryEntry,
  { module, awaits, functions }: RegistryEntry['builtins'][number],
): void {
  const exports = require(module) as object;
  const originals: Record<string, AnyFunction> = {};
  const places = functions.map((path) => ({ path, ...placeOf(exports, path) }));
  const isAwaited = awaitBuiltin(awaits); // which a Node that cannot wait has not loaded yet
  for (const { path, holder, name } of places) originals[path] = holder[name]!;
  for (const { path, holder, name } of places) {
    let patched: AnyFunction | undefined;
    holder[name] = disguise(function (this: unknown, ...args: unknown[]) {
      if (patched === undefined && isAwaited()) patched = loadPatch(entry, module, path, originals);
      return Reflect.apply(patched ?? originals[path]!, this, args);
    }, originals[path]!);
  }
  Module.syncBuiltinESMExports();
}

/** @param path - `ClientRequest.prototype.end`, from what the module exports */
function placeOf(exports: object, path: string): { holder: Record<string, AnyFunction>; name: string } {
  const names = path.split('.');
  const name = names.pop()!;
  const holder = names.reduce<any>((object, part) => object[part], exports);
  return { holder, name };
}

/** The instrumentation's function for one of Node's; the original if that fails. */
function loadPatch(
  entry: RegistryEntry,
  module: string,
  path: string,
  originals: Record<string, AnyFunction>,
): AnyFunction {
  try {
    const builtin = entry.load().builtins!.find((candidate) => candidate.module === module)!;
    return builtin.functions[path]!(originals[path]!, originals);
  } catch (error) {
    log.warnOnce(`${entry.name}: ${path} of ${module} cannot be patched: ${messageOf(error)}`);
    return originals[path]!;
  }
}
