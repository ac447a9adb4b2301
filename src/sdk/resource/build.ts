import { basename, dirname, join, sep } from 'node:path';
import type { Detector, Surroundings } from './detector';
import { findGitDirectory, readHead, readOrigin } from './git';

/** What was built: version and commit (semantic conventions, "Service" and "VCS"). */
export const build: Detector = (surroundings) => {
  const directory = programDirectory(surroundings);
  const git = findGitDirectory(surroundings, directory ?? surroundings.cwd);
  return {
    attributes: {
      'service.version': directory && findManifest(surroundings, directory)?.version,
      'vcs.ref.head.revision': revisionVariables.map((name) => surroundings.env[name]).find(isRevision),
      ...(git && { ...readOrigin(surroundings, git), ...readHead(surroundings, git) }),
    },
  };
};

/** Under which builders and platforms tell a running program of its commit. */
const revisionVariables = [
  'GIT_COMMIT',
  'GIT_COMMIT_SHA',
  'COMMIT_SHA',
  'SOURCE_COMMIT',
  'SOURCE_VERSION',
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'VERCEL_GIT_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'HEROKU_BUILD_COMMIT',
  'HEROKU_SLUG_COMMIT',
  'KOYEB_GIT_SHA',
];

function isRevision(text: string | undefined): boolean {
  return text !== undefined && /^[0-9a-f]{7,64}$/.test(text);
}

/** `service.name` of a program that nobody named: its package's name, else `unknown_service:<executable>`. */
export function defaultServiceName(surroundings: Surroundings): string {
  const directory = programDirectory(surroundings);
  const name = directory && findManifest(surroundings, directory)?.name;
  return name || `unknown_service:${basename(surroundings.argv[0] ?? 'node')}`;
}

/** Where the program lies. One that is installed as a dependency (`next start`) is run for the project that installed it. */
function programDirectory({ argv, cwd, realPath }: Surroundings): string | undefined {
  const script = argv[1];
  if (!script) return undefined;
  const path = realPath(script);
  const installed = path.indexOf(`${sep}node_modules${sep}`);
  if (installed < 0) return dirname(path);
  // A tool that is installed globally is run for where it is run.
  return path.startsWith(cwd + sep) ? path.slice(0, installed) : cwd;
}

/** Name and version of the `package.json` nearest to the program, which has a name. */
function findManifest(
  { readFile }: Surroundings,
  from: string,
): { name: string; version: string | undefined } | undefined {
  for (const directory of upwards(from)) {
    try {
      const { name, version } = JSON.parse(readFile(join(directory, 'package.json')) ?? 'null') ?? {};
      if (typeof name === 'string' && name !== '')
        return { name, version: typeof version === 'string' ? version : undefined };
    } catch {
      // Not a manifest that could be read.
    }
  }
  return undefined;
}

function* upwards(from: string): Generator<string> {
  for (let directory = from; ; directory = dirname(directory)) {
    yield directory;
    if (directory === dirname(directory)) return;
  }
}
