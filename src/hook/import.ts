import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { log, messageOf } from '../diag/log';
import { satisfies } from './versions';

/** Called with the namespace of an ES module, after it ran and before its importers do. */
export type OnImported = (filename: string, namespace: object) => void;

/** ES modules to be seen. */
export interface ImportTargets {
  /** Packages, and the files in them. */
  readonly modules: readonly { readonly name: string; readonly files: readonly string[] }[];
  isWanted(filename: string): boolean;
}

/**
 * Where `module.registerHooks` may be given a load hook: below, one that passes modules on unchanged loses CommonJS packages and crashes
 * programs with dual packages (nodejs/node#59929).
 */
const synchronousHooks = '>=22.22.3 <23.0.0 || >=24.11.1 <25.0.0 || >=25.1.0';

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

/** Whether the package is installed where the program's modules look for it: by npm, or by pnpm in its store. */
function isReachable(name: string): boolean {
  if (process.versions.pnp) return true;
  for (const start of [process.argv[1] && dirname(realPath(process.argv[1])), process.cwd()]) {
    for (let directory = start; directory; directory = parentOf(directory)) {
      const modules = join(directory, 'node_modules');
      if (existsSync(join(modules, name)) || existsSync(join(modules, '.pnpm', 'node_modules', name)))
        return true;
    }
  }
  return false;
}

function parentOf(directory: string): string | undefined {
  const parent = dirname(directory);
  return parent === directory ? undefined : parent;
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** `node -e` and `-p`: with any load hook Node takes the builtin modules that it offers there as globals for files, and crashes. */
function isEval(): boolean {
  return (process as { _eval?: string })._eval !== undefined;
}
