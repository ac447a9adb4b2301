import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from 'semver';

/** A directory `fixtures/versions/<library>-<version>` that pins one version of a library. */
export interface VersionSet {
  readonly library: string;
  readonly version: string;
  readonly directory: string;
  /** The Node versions that the library runs on (`engines.node` of the set). */
  readonly nodeRange: string;
}

export const fixturesDirectory = join(__dirname, '../../fixtures');

/** The version sets of a library, lowest first; none for one that is part of Node. */
export function versionSets(library: string): VersionSet[] {
  const parent = join(fixturesDirectory, 'versions');
  const prefix = `${library}-`;
  return readdirSync(parent)
    .filter((name) => name.startsWith(prefix) && /^\d/.test(name.slice(prefix.length)))
    .map((name) => readSet(library, name.slice(prefix.length), join(parent, name)))
    .sort((a, b) => compare(a.version, b.version));
}

function readSet(library: string, version: string, directory: string): VersionSet {
  const file = join(directory, 'package.json');
  if (!existsSync(file)) throw new Error(`${directory} has no package.json`);
  const { engines } = JSON.parse(readFileSync(file, 'utf8')) as { engines?: { node?: string } };
  return { library, version, directory, nodeRange: engines?.node ?? '*' };
}
