import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../diag/log';
import { findCommand } from './find-command';
import { withRequire } from './node-options';
import { packageRoot } from './package-root';

/**
 * Runs the command with the preload in NODE_OPTIONS: in place of this process where that is possible, otherwise as its child. Does not
 * return in the first case; in the second this process ends the way that the child ended.
 *
 * @param env the environment of the command, still without the preload
 */
export function run(name: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const preload = join(packageRoot, 'register.js');
  // Without the file every Node.js process would die at start.
  if (existsSync(preload)) env.NODE_OPTIONS = withRequire(env.NODE_OPTIONS, preload);
  else log.error(`expected the preload at ${preload}, found nothing; running the command without it`);

  // Windows has its own rules (PATHEXT, the registry), and they are the system's to apply.
  const found = process.platform === 'win32' ? { path: name } : findCommand(name, env.PATH);
  if ('exitCode' in found) {
    log.error(`${name}: ${found.reason}`);
    process.exitCode = found.exitCode;
    return;
  }
  replaceProcess(found.path, [name, ...args], env);
  // Loaded here only: where execve works, which is the usual case, it is never needed.
  const { spawnInPlace } = require('./spawn') as typeof import('./spawn');
  spawnInPlace(found.path, [name, ...args], env);
}

/** Returns only when it could not. An IPC channel would be lost (its descriptor is closed on exec), so it needs the other way. */
function replaceProcess(path: string, argv: readonly string[], env: NodeJS.ProcessEnv): void {
  if (typeof process.execve !== 'function' || process.channel || !isSurelyExecutable(path)) return;
  // Node ignores these two, and what is ignored stays ignored after exec: `yes | head` in a script would complain of a broken pipe.
  // A signal that has a handler becomes the default again.
  const signals = ['SIGPIPE', 'SIGXFSZ'] as const;
  for (const signal of signals) process.on(signal, ignore);
  try {
    process.execve(path, argv, env);
  } catch {
    // The other way reports it, or runs it as a shell script.
    for (const signal of signals) process.off(signal, ignore);
  }
}

function ignore(): void {}

/** Up to Node 24 a failing execve ends in an abort, so the reasons that remain for it are looked up first. */
function isSurelyExecutable(path: string): boolean {
  try {
    const head = readHead(path);
    if (head.toString('latin1', 0, 2) === '#!') {
      const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(head.toString());
      return interpreter?.[1] !== undefined && statSync(interpreter[1]).isFile();
    }
    return BINARY_MAGIC.has(head.toString('hex', 0, 4));
  } catch {
    // Executable but not readable, say.
    return false;
  }
}

/** ELF, and Mach-O for one or several architectures. */
const BINARY_MAGIC = new Set(['7f454c46', 'cffaedfe', 'cafebabe', 'cafebabf']);

function readHead(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(256);
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
