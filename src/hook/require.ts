import { join } from 'node:path';
import type { OnCompiled } from './compile';

/**
 * The same reports by require-in-the-middle, for a Node where `Module.prototype._compile` is not there to be replaced (it is undocumented, and
 * other preloads can freeze it). Packages that a program reaches by `import` alone stay unseen then, and every `require` costs more.
 */
export function hookRequire(packages: readonly string[], mainFileOf: MainFile, onLoaded: OnCompiled): void {
  const { Hook } = require('require-in-the-middle') as typeof import('require-in-the-middle');
  new Hook([...packages], { internals: true }, (exports, name, directory) => {
    if (!directory) return exports;
    const packageName = packages.find((candidate) => name === candidate || name.startsWith(`${candidate}/`));
    if (packageName === undefined) return exports;
    // The main file is reported by the bare name, others by name and path, without the ending `.js`.
    const file =
      name === packageName
        ? mainFileOf(packageName, directory)
        : withEnding(name.slice(packageName.length + 1));
    return file === undefined ? exports : (onLoaded(join(directory, file), exports) as typeof exports);
  });
}

type MainFile = (name: string, directory: string) => string | undefined;

function withEnding(file: string): string {
  return /\.[cm]?js$/.test(file) ? file : `${file}.js`;
}
