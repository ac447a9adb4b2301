import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/**
 * Installs a private package of this repository (`test/`, `fixtures/`) with `npm ci`, unless its `node_modules` is
 * already what the lock file says. Test processes that run side by side must not all do this: the test runner calls it
 * before it starts them.
 *
 * @param directory holds `package.json` and `package-lock.json`
 * @throws Error with npm's output when `npm ci` fails
 */
export function ensureInstalled(directory: string): void {
  const lockHash = createHash('sha256')
    .update(readFileSync(join(directory, 'package-lock.json')))
    .digest('hex');
  const stamp = join(directory, 'node_modules', '.installed-lock-hash');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) return;

  process.stdout.write(`installing the packages of ${relative('', directory)}\n`);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    env,
    encoding: 'utf8',
  });
  if (npm.status !== 0)
    throw new Error(`npm ci failed in ${directory}: ${npm.error?.message ?? npm.stderr.trim()}`);
  writeFileSync(stamp, lockHash);
}

if (require.main === module)
  for (const directory of process.argv.slice(2)) ensureInstalled(resolve(directory));
