import { join } from 'node:path';
import type { Config } from '../config/config';
import { isInstrumentationEnabled } from '../config/enabled';
import { isNewerThan, satisfies } from '../hook/versions';
import { contribPackages } from './contrib-packages';
import { type Library, libraries } from './libraries';
import { type Dependency, installedVersion, type Project } from './project';

/** A package of the project that is instrumented, or could be. */
export interface Coverage {
  readonly name: string;
  /** `undefined` if it is not installed. */
  readonly version: string | undefined;
  readonly state:
    | 'instrumented'
    /** Newer than the range: it is tried. */
    | 'tried'
    | 'too old'
    | 'not installed'
    | 'disabled'
    | 'off by default'
    /** Nothing here, but an instrumentation of OpenTelemetry's own. */
    | 'elsewhere';
  /** Name of the instrumentation in settings. */
  readonly instrumentation?: string;
  /** Versions that are supported. */
  readonly range?: string;
  /** The package of the instrumentation that is elsewhere. */
  readonly contribPackage?: string;
  /** Came with another package. */
  readonly isIndirect: boolean;
}

/**
 * What of the project's packages is instrumented, and why the rest is not.
 * @param config - what is enabled.
 */
export function coverageOf(project: Project, config: Config): Coverage[] {
  const own = libraries.flatMap((library) => coverageOfLibrary(library, project, config));
  const elsewhere = project.dependencies.flatMap(({ name, version, isDevelopment }): Coverage[] => {
    const contrib = contribPackages[name];
    if (!contrib || isDevelopment || own.some((each) => each.name === name)) return [];
    const state = version && satisfies(version, contrib.versions) ? 'elsewhere' : 'too old';
    return state === 'elsewhere'
      ? [
          {
            name,
            version,
            state,
            range: contrib.versions,
            contribPackage: contrib.package,
            isIndirect: false,
          },
        ]
      : [];
  });
  return [...own, ...elsewhere].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The packages of a library that the project names; without one, the library itself if it came with another package. */
function coverageOfLibrary(library: Library, project: Project, config: Config): Coverage[] {
  const packages = Object.keys(library.packages);
  const direct = project.dependencies.filter(({ name }) => packages.includes(name));
  const namesake = project.dependencies.find(({ name }) => name === library.name);
  if (direct.length === 0 && namesake && packages.length > 0)
    return [coverageByParts(library, namesake, project, config)];
  const names = direct.length > 0 ? direct.map(({ name }) => name) : packages.slice(0, 1);
  return names.flatMap((name): Coverage[] => {
    const version = installedVersion(project.directory, name);
    const isIndirect = direct.length === 0;
    if (isIndirect && version === undefined) return [];
    const range = library.packages[name]!;
    const state = stateOf(library, version, range, config);
    return [{ name, version, state, range, instrumentation: library.name, isIndirect }];
  });
}

/** `redis` is patched in `@redis/client`, which it brings along. */
function coverageByParts(
  library: Library,
  { name, version }: Dependency,
  { directory }: Project,
  config: Config,
): Coverage {
  const folder = join(directory, 'node_modules', name);
  const versions = Object.keys(library.packages).map(
    (part) => [part, installedVersion(folder, part)] as const,
  );
  const [part, partVersion] = versions.find(([, found]) => found !== undefined) ?? versions.at(-1)!;
  const range = library.packages[part]!;
  // A version before it was made of parts.
  const isWhole = version !== undefined && partVersion === undefined;
  const state = isWhole ? 'too old' : stateOf(library, version && partVersion, range, config);
  return {
    name,
    version,
    state,
    range: `${part} ${range}`,
    instrumentation: library.name,
    isIndirect: false,
  };
}

function stateOf(
  { name, isOffByDefault }: Library,
  version: string | undefined,
  range: string,
  { instrumentations, operations }: Config,
): Coverage['state'] {
  if (version === undefined) return 'not installed';
  if (!isInstrumentationEnabled(instrumentations, name, operations.options[name]?.enabled === false))
    return isOffByDefault ? 'off by default' : 'disabled';
  if (satisfies(version, range)) return 'instrumented';
  return isNewerThan(version, range) ? 'tried' : 'too old';
}
