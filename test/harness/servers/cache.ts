import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const cacheDirectory = resolve(__dirname, '../../../.cache');

/** Where the repository keeps what is too slow to fetch or build for every run, such as `kafka-3.9.2`; git ignores it. */
export function cached(name: string): string {
  return resolve(cacheDirectory, name);
}

/**
 * Fills a directory of the cache, unless it exists. It appears in one step, so that a run that is cut short or a second
 * one beside it never sees half of it.
 *
 * @throws whatever `fill` throws; the cache is then as before
 */
export function fillCache(name: string, fill: (directory: string) => void): string {
  const directory = cached(name);
  if (existsSync(directory)) return directory;
  const unfinished = `${directory}-unfinished-${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    fill(unfinished);
    renameSync(unfinished, directory);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

/**
 * Runs a build or installation command to its end, without the settings of the process under test.
 *
 * @throws Error with the end of the command's output when it fails
 */
export function run(command: string, args: readonly string[], cwd: string): void {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return;
  throw new Error(
    `${command} ${args[0]} failed: ${error?.message ?? `${stdout}${stderr}`.trim().slice(-2000)}`,
  );
}

/** Whether a program is installed and runs. */
export function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
