import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is used of the API of Yarn Plug'n'Play (https://yarnpkg.com/advanced/pnpapi). */
interface PnpApi {
  readonly topLevel: Locator;
  findPackageLocator(location: string): Locator | null;
  getPackageInformation(locator: Locator): PackageInformation | null;
  getAllLocators?(): readonly Locator[];
}

interface Locator {
  readonly name: string | null;
  /** `npm:5.3.0`, `virtual:<hash>#npm:5.3.0`, `workspace:packages/a`. */
  readonly reference: string | null;
}

interface PackageInformation {
  /** Often in a zip archive. */
  readonly packageLocation: string;
  /** An array for a package under another name; null for a peer that nobody provides. */
  readonly packageDependencies: ReadonlyMap<string, string | [name: string, reference: string] | null>;
}

/** Names of the file that Yarn writes beside the project's lock file. */
const fileNames = ['.pnp.cjs', '.pnp.js'];

/**
 * The version of a package that a module in this folder would load by Yarn Plug'n'Play, which installs no `node_modules`. As packages are hoisted there, one
 * that came with another is found too.
 *
 * @param parents - the folder and those above it; the nearest with Yarn's file counts
 */
export function versionByPnp(parents: readonly string[], name: string): string | undefined {
  const pnp = loadPnp(parents);
  if (pnp === undefined) return undefined;
  const owner = pnp.findPackageLocator(`${parents[0]}/`) ?? pnp.topLevel;
  const found = pnp.getPackageInformation(owner)?.packageDependencies.get(name);
  const locator =
    typeof found === 'string'
      ? { name, reference: found }
      : found
        ? { name: found[0], reference: found[1] }
        : pnp.getAllLocators?.().find((each) => each.name === name);
  return locator && versionOf(pnp, locator);
}

/** The file is a module that does nothing unless it is preloaded. */
function loadPnp(parents: readonly string[]): PnpApi | undefined {
  for (const directory of parents)
    for (const fileName of fileNames) {
      try {
        return require(join(directory, fileName)) as PnpApi;
      } catch {
        // Not there, or none of Yarn's.
      }
    }
  return undefined;
}

function versionOf(pnp: PnpApi, locator: Locator): string | undefined {
  const [, version] = /(?:^|#)npm:(?:@?[^@#]+@)?(\d[^@#]*)$/.exec(locator.reference ?? '') ?? [];
  if (version !== undefined) return version;
  try {
    const location = pnp.getPackageInformation(locator)?.packageLocation ?? '';
    return (JSON.parse(readFileSync(join(location, 'package.json'), 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
