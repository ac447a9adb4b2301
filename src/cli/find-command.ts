import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type FoundCommand =
  | { readonly path: string }
  /** Exit codes as shells have them: 127 not found, 126 found but not to be run. */
  | { readonly exitCode: 126 | 127; readonly reason: string };

/**
 * Finds the file of a command as execvp(3) does: a name with a slash is a path, any other is looked up in PATH, whose empty
 * entries mean the working directory.
 */
export function findCommand(name: string, pathVariable = '/bin:/usr/bin'): FoundCommand {
  if (name.includes('/')) return examine(name);
  let refused: FoundCommand | undefined;
  for (const directory of name === '' ? [] : pathVariable.split(delimiter)) {
    const found = examine(join(directory || '.', name));
    if ('path' in found) return found;
    if (found.exitCode === 126) refused ??= found;
  }
  return refused ?? { exitCode: 127, reason: 'command not found' };
}

function examine(path: string): FoundCommand {
  try {
    if (statSync(path).isDirectory()) return { exitCode: 126, reason: 'is a directory' };
    accessSync(path, constants.X_OK);
    return { path };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
      ? { exitCode: 126, reason: 'permission denied, the file is not executable' }
      : { exitCode: 127, reason: 'no such file' };
  }
}
