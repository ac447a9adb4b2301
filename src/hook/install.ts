import Module from 'node:module';
import { log, messageOf } from '../diag/log';
import { applyPatches } from './apply';
import { subscribeChannels } from './channels';
import { hookCompile } from './compile';
import { hookImports } from './import';
import { packageFileOf, packageNameOf } from './package-file';
import { packageInfo } from './package-info';
import type { RegistryEntry } from './registry';
import { satisfies } from './versions';

/** Starts seeing the modules that the enabled instrumentations patch. */
export function installHooks(entries: readonly RegistryEntry[]): void {
  const byModule = new Map<string, RegistryEntry[]>();
  for (const entry of entries) {
    subscribeChannels(entry);
    patchBuiltins(entry);
    for (const { name } of entry.modules) byModule.set(name, [...(byModule.get(name) ?? []), entry]);
  }
  if (byModule.size === 0) return;

  if (!hookCompile((filename) => isPatched(packageNameOf(filename)), onLoaded)) {
    const { hookRequire } = require('./require') as typeof import('./require');
    hookRequire([...byModule.keys()], (name, directory) => packageInfo(name, directory)?.mainFile, onLoaded);
  }
  const modules = entries.flatMap((entry) => entry.modules.filter(({ isEsModule }) => isEsModule));
  if (modules.length > 0) hookImports({ modules, isWanted }, onLoaded);

  function isPatched(name: string | undefined): boolean {
    return name !== undefined && byModule.has(name);
  }

  function isWanted(filename: string): boolean {
    if (!isPatched(packageNameOf(filename))) return false;
    const { name, file } = packageFileOf(filename)!;
    return modules.some((module) => module.name === name && module.files.includes(file));
  }

  function onLoaded(filename: string, exports: unknown): unknown {
    const { name, directory, file } = packageFileOf(filename)!;
    const info = packageInfo(name, directory);
    if (info === undefined) return exports;
    for (const entry of byModule.get(name)!) {
      const { files } = entry.modules.find((module) => module.name === name)!;
      if (files.includes(file) || (files.includes('') && file === info.mainFile)) {
        exports = applyPatches(entry.load(), name, info, file, exports);
      }
    }
    return exports;
  }
}

/** Replaces exports of Node's own modules where this Node has no channel for the purpose, for `require` and `import` alike. */
function patchBuiltins({ name, builtins, load }: RegistryEntry): void {
  const needed = builtins.filter(({ nodeVersions }) => satisfies(process.versions.node, nodeVersions));
  if (needed.length === 0) return;
  for (const patch of load().builtins ?? []) {
    if (
      !needed.some(
        ({ module, nodeVersions }) => module === patch.module && nodeVersions === patch.nodeVersions,
      )
    )
      continue;
    try {
      patch.patch(require(patch.module));
    } catch (error) {
      log.warnOnce(`${name}: ${patch.module} cannot be patched: ${messageOf(error)}`);
    }
  }
  Module.syncBuiltinESMExports();
}
