import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { versionByPnp } from './pnp';

/** The program's package. */
export interface Project {
  /** The folder of the nearest package.json. */
  readonly directory: string;
  readonly manifest: Manifest;
  readonly dependencies: readonly Dependency[];
}

export interface Manifest {
  readonly name?: string;
  readonly main?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A package that the project asks for. */
export interface Dependency {
  readonly name: string;
  /** As package.json has it. */
  readonly wanted: string;
  /** `undefined` if it is not installed. */
  readonly version: string | undefined;
  /** Of use while the program is built or tested. */
  readonly isDevelopment: boolean;
}

type PackageJson = Manifest & {
  readonly [Kind in (typeof kinds)[number]]?: Readonly<Record<string, string>>;
};
const kinds = ['dependencies', 'optionalDependencies', 'devDependencies'] as const;

/** Reads the project that a folder belongs to; `undefined` if there is none, or its package.json is no JSON. */
export function readProject(folder: string): Project | undefined {
  const directory = parentsOf(folder).find((each) => existsSync(join(each, 'package.json')));
  const manifest = directory && readJson<PackageJson>(join(directory, 'package.json'));
  if (!directory || !manifest) return undefined;
  const dependencies = kinds.flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).map(([name, wanted]) => ({
      name,
      wanted,
      version: installedVersion(directory, name),
      isDevelopment: kind === 'devDependencies',
    })),
  );
  return { directory, manifest, dependencies };
}

/** The version that a module in this folder would load. */
export function installedVersion(folder: string, name: string): string | undefined {
  const parents = parentsOf(folder);
  for (const directory of parents) {
    const manifest = readJson<{ version?: string }>(join(directory, 'node_modules', name, 'package.json'));
    if (manifest) return manifest.version;
  }
  return versionByPnp(parents, name);
}

/** Of the package manager whose lock file is nearest; npm if there is none. */
export function packageManagerOf(folder: string): PackageManager {
  for (const directory of parentsOf(folder)) {
    const found = packageManagers.find(({ lockFiles }) =>
      lockFiles.some((file) => existsSync(join(directory, file))),
    );
    if (found) return found;
  }
  return packageManagers[0]!;
}

export interface PackageManager {
  readonly command: string;
  /** What adds packages. */
  readonly add: string;
  readonly lockFiles: readonly string[];
}

const packageManagers: readonly PackageManager[] = [
  { command: 'npm', add: 'install', lockFiles: ['package-lock.json', 'npm-shrinkwrap.json'] },
  { command: 'pnpm', add: 'add', lockFiles: ['pnpm-lock.yaml'] },
  { command: 'yarn', add: 'add', lockFiles: ['yarn.lock'] },
];

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** The folder itself first. */
function parentsOf(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...parentsOf(parent)];
}
