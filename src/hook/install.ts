import { patchBuiltins } from './builtins';
import { subscribeChannels } from './channels';
import { hookCompile } from './compile';
import { hookImports } from './import';
import { packageFileOf, packageNameOf } from './package-file';
import { packageInfo } from './package-info';
import type { RegistryEntry } from './registry';

/** Follows which packages a program loads, patched or not. */
export interface Watch {
  /** Called for every file of a package that is about to be loaded, so it must be cheap. */
  onPackage(name: string): void;
  /** Whether nothing is patched any more. */
  isQuiet(): boolean;
  /** Called for every method that was to be patched; `problem` says why it was not. */
  onPatch?(patched: {
    readonly module: string;
    readonly version: string;
    readonly method: string;
    readonly problem?: string | undefined;
  }): void;
}

/** Starts seeing the modules that the enabled instrumentations patch. */
export function installHooks(entries: readonly RegistryEntry[], watch?: Watch): void {
  const byModule = new Map<string, RegistryEntry[]>();
  for (const entry of entries) {
    subscribeChannels(entry);
    for (const { name } of entry.modules) byModule.set(name, [...(byModule.get(name) ?? []), entry]);
  }
  patchBuiltins(entries);
  if (byModule.size === 0) return;

  if (!hookCompile((filename) => isPatched(seen(packageNameOf(filename))), onLoaded)) {
    const { hookRequire } = require('./require') as typeof import('./require');
    hookRequire([...byModule.keys()], (name, directory) => packageInfo(name, directory)?.mainFile, onLoaded);
  }
  const modules = entries.flatMap((entry) => entry.modules.filter(({ isEsModule }) => isEsModule));
  if (modules.length > 0) hookImports({ modules, isWanted }, onLoaded);

  function seen(name: string | undefined): string | undefined {
    if (name !== undefined) watch?.onPackage(name);
    return name;
  }

  function isPatched(name: string | undefined): boolean {
    return name !== undefined && byModule.has(name) && !watch?.isQuiet();
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
        const { applyPatches } = require('./apply') as typeof import('./apply');
        exports = applyPatches(entry.load(), name, info, file, exports, watch?.onPatch);
      }
    }
    return exports;
  }
}
