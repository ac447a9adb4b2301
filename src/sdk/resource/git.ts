import { dirname, join, resolve } from 'node:path';
import type { Detected, Surroundings } from './detector';

/**
 * The directory of the repository that holds `from`: `.git`, or what the file `.git` of a worktree or a submodule points to (gitrepository-layout(5)).
 */
export function findGitDirectory({ readFile }: Surroundings, from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, '.git');
    const pointer = /^gitdir: (.{1,4095})$/.exec(readFile(path) ?? '')?.[1];
    if (pointer) return resolve(directory, pointer);
    if (readFile(join(path, 'HEAD'))) return path;
    if (directory === dirname(directory)) return undefined;
  }
}

/** The commit that is checked out, and its branch, without asking git. */
export function readHead({ readFile }: Surroundings, git: string): Detected {
  const head = readFile(join(git, 'HEAD')) ?? '';
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  if (ref === undefined) return { 'vcs.ref.head.revision': isObjectName(head) ? head : undefined };
  const common = commonDirectory(readFile, git);
  const revision = readFile(join(git, ref)) ?? readFile(join(common, ref)) ?? packedRef();
  if (!isObjectName(revision)) return {};
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  return {
    'vcs.ref.head.revision': revision,
    ...(branch && { 'vcs.ref.head.name': branch, 'vcs.ref.head.type': 'branch' }),
  };

  function packedRef(): string | undefined {
    const lines = readFile(join(common, 'packed-refs'))?.split('\n') ?? [];
    return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
  }
}

/** The repository, as a URL that a browser opens: `git@github.com:acme/shop.git` is https://github.com/acme/shop. */
export function readOrigin({ readFile }: Surroundings, git: string): Detected {
  const config = readFile(join(commonDirectory(readFile, git), 'config')) ?? '';
  const section = /^\[remote "origin"\]\n((?:[ \t].*\n?)*)/m.exec(config)?.[1] ?? '';
  const remote = /^[ \t]*url[ \t]*=[ \t]*(\S+)/m.exec(section)?.[1] ?? '';
  // A user and a password before the host stay here; a path of this machine names no repository.
  const [, host, path] =
    /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+?)(?:\.git)?\/?$/.exec(remote) ??
    /^(?:[\w.-]+@)([\w.-]+):(?!\/)(.+?)(?:\.git)?\/?$/.exec(remote) ??
    [];
  if (!host || !path) return {};
  return {
    'vcs.repository.url.full': `https://${host}/${path}`,
    'vcs.repository.name': path.slice(path.lastIndexOf('/') + 1),
  };
}

/** Worktrees share refs and configuration. */
function commonDirectory(readFile: Surroundings['readFile'], git: string): string {
  return resolve(git, readFile(join(git, 'commondir')) ?? '.');
}

/** SHA-1 or SHA-256. */
function isObjectName(text = ''): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
