import { join, relative, resolve } from 'node:path';
import { readBundle } from '../../diag/bundle';
import { libraries } from '../libraries';
import type { Project } from '../project';
import { type Finding, note, problem } from './finding';

/**
 * Whether the program is one file that a bundler made: what is inside is never loaded as a package, so nothing patches it.
 * @param command - what is run, if that is known
 */
export function examineBundle(
  project: Project | undefined,
  folder: string,
  command: readonly string[],
): Finding[] {
  const file = entryOf(project, folder, command);
  const bundle = file && readBundle(file);
  if (!file || !bundle) return [];
  const { bundler, external, packages: inside } = bundle;
  const instrumented = libraries
    .flatMap(({ packages }) => Object.keys(packages))
    .filter((name) => inside.has(name));
  const shown = relative(folder, file) || file;
  if (instrumented.length === 0)
    return [note(`${shown} is a bundle (${bundler})`, 'Libraries inside a bundle are not instrumented.')];
  return [
    problem(
      `${shown} is a bundle (${bundler}) that holds ${instrumented.join(', ')}`,
      `Libraries inside a bundle are not instrumented; leave them out (${external}), so that they are loaded from node_modules.`,
    ),
  ];
}

/** The script that is run: of the command, else of the start script, else the package's main file. */
function entryOf(
  project: Project | undefined,
  folder: string,
  command: readonly string[],
): string | undefined {
  const own = scriptIn(command);
  if (own !== undefined) return resolve(folder, own);
  if (project === undefined) return undefined;
  const { scripts = {}, main } = project.manifest;
  const script = scriptIn((scripts.start ?? '').split(/\s+/)) ?? main;
  return script && join(project.directory, script);
}

function scriptIn([first = '', ...rest]: readonly string[]): string | undefined {
  if (!/(^|\/)node(\.exe)?$/.test(first)) return undefined;
  return rest.find((word) => /^[^-].*\.[cm]?js$/.test(word));
}
