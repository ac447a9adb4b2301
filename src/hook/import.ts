import { log, messageOf } from '../diag/log';
import { installedPackage } from './installed';
import { satisfies, synchronousHooks } from './versions';

/** Called with the namespace of an ES module, after it ran and before its importers do. */
export type OnImported = (filename: string, namespace: object) => void;

/** ES modules to be seen. */
export interface ImportTargets {
  /** Packages, and the files in them. */
  readonly modules: readonly { readonly name: string; readonly files: readonly string[] }[];
  isWanted(filename: string): boolean;
}

/**
 * Starts seeing ES modules, if the program can reach one that is patched. Programs without one, which are most, pay nothing: any hook on
 * imports costs 10 to 40 ms in a program of 1,400 modules.
 */
export function hookImports(targets: ImportTargets, onLoaded: OnImported): void {
  if (!targets.modules.some(({ name }) => isReachable(name))) return;
  // Called from inside the import: what it threw would be the program's import failing.
  const onImported: OnImported = (filename, namespace) => {
    try {
      onLoaded(filename, namespace);
    } catch (error) {
      log.warnOnce(`${filename} cannot be instrumented: ${messageOf(error)}`);
    }
  };
  try {
    if (satisfies(process.versions.node, synchronousHooks) && !isEval()) {
      const { hookWithImportInTheMiddle } = requireImportHook();
      hookWithImportInTheMiddle(targets, onImported);
    } else {
      const { hookSources } = require('./import-source') as typeof import('./import-source');
      hookSources(targets, onImported);
    }
  } catch (error) {
    log.warn(`ES modules cannot be instrumented: ${messageOf(error)}`);
  }
}

/** A bundle of its own: import-in-the-middle's loader needs files around it, and few programs need it. */
function requireImportHook(): typeof import('./import-in-the-middle') {
  const bundle = './import-hook/index.js';
  return require(bundle);
}

/** Plug'n'Play keeps packages where only its own loader finds them. */
function isReachable(name: string): boolean {
  return Boolean(process.versions.pnp) || installedPackage(name) !== undefined;
}

/** `node -e` and `-p`: with any load hook Node takes the builtin modules that it offers there as globals for files, and crashes. */
function isEval(): boolean {
  return (process as { _eval?: string })._eval !== undefined;
}
