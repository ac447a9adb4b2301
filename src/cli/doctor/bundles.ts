import { closeSync, openSync, readSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
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
  const text = file && readStart(file);
  const bundler = text && bundlers.find(({ mark }) => mark.test(text))?.name;
  if (!file || !text || !bundler) return [];
  const inside = packagesIn(text);
  const instrumented = libraries
    .flatMap(({ packages }) => Object.keys(packages))
    .filter((name) => inside.has(name));
  const shown = relative(folder, file) || file;
  if (instrumented.length === 0)
    return [note(`${shown} is a bundle (${bundler})`, 'Libraries inside a bundle are not instrumented.')];
  return [
    problem(
      `${shown} is a bundle (${bundler}) that holds ${instrumented.join(', ')}`,
      `Libraries inside a bundle are not instrumented; leave them out (${externals[bundler] ?? 'external'}), so that they are loaded from node_modules.`,
    ),
  ];
}

const bundlers: readonly { name: string; mark: RegExp }[] = [
  { name: 'webpack', mark: /__webpack_(?:require|modules)__/ },
  { name: 'ncc', mark: /__nccwpck_require__/ },
  { name: 'esbuild', mark: /\b__(?:commonJS|toESM|toCommonJS) = \(/ },
  { name: 'rollup', mark: /\bgetDefaultExportFromCjs\b|\bcommonjsGlobal\b/ },
];

const externals: Readonly<Record<string, string>> = {
  webpack: 'externals, or webpack-node-externals',
  ncc: '--external',
  esbuild: '--packages=external',
  rollup: 'external',
};

/** Bundlers leave the paths of what they took in comments or keys. */
function packagesIn(text: string): Set<string> {
  const paths = text.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g);
  return new Set([...paths].map(([, name]) => name!));
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

const maxBytes = 20 * 1024 * 1024;

function readStart(file: string): string | undefined {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(maxBytes);
      return buffer.toString('latin1', 0, readSync(descriptor, buffer));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}
