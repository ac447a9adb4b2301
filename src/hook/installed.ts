import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of a package that the program's modules find, installed by npm, or by pnpm in its store; `undefined` if there is none above the main
 * script or the working directory.
 */
export function installedPackage(name: string): string | undefined {
  for (const start of [process.argv[1] && dirname(realPath(process.argv[1])), workingDirectory()]) {
    for (let directory = start; directory; directory = parentOf(directory)) {
      const modules = join(directory, 'node_modules');
      for (const candidate of [join(modules, name), join(modules, '.pnpm', 'node_modules', name)]) {
        if (exists(candidate)) return candidate;
      }
    }
  }
  return undefined;
}

/** Its version; `undefined` if there is none to read. */
export function installedVersion(name: string): string | undefined {
  const directory = installedPackage(name);
  if (directory === undefined) return undefined;
  try {
    const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** `undefined` if it has been removed. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** The permission model makes `existsSync` throw where nothing may be read. */
function exists(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
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
