import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What patches need to know of an installed package. */
export interface PackageInfo {
  readonly version: string;
  /** Its main CommonJS file, inside the package, with forward slashes. */
  readonly mainFile: string | undefined;
}

const known = new Map<string, PackageInfo | undefined>();

/** Reads a package's manifest, once a folder; `undefined` if there is none to read. */
export function packageInfo(name: string, directory: string): PackageInfo | undefined {
  if (!known.has(directory)) known.set(directory, readPackageInfo(name, directory));
  return known.get(directory);
}

function readPackageInfo(name: string, directory: string): PackageInfo | undefined {
  try {
    const manifest = join(directory, 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown };
    return typeof version === 'string'
      ? { version, mainFile: findMainFile(name, manifest, directory) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** As Node resolves the bare name from inside the package: by `exports`, by `main`, or `index.js`. */
function findMainFile(name: string, manifest: string, directory: string): string | undefined {
  try {
    const resolved = createRequire(manifest).resolve(name);
    return resolved.startsWith(directory)
      ? resolved.slice(directory.length + 1).replaceAll('\\', '/')
      : undefined;
  } catch {
    return undefined;
  }
}
