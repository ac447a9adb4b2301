import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A program in one file that a bundler made. */
export interface BundledProgram {
  /** The bundler's name. */
  readonly bundler: string;
  /** How it is told to leave packages out. */
  readonly external: string;
  /** npm names of the packages inside, as far as the bundler left their paths. */
  readonly packages: ReadonlySet<string>;
  readonly text: string;
}

const bundlers: readonly { bundler: string; mark: RegExp; external: string }[] = [
  {
    bundler: 'webpack',
    mark: /__webpack_(?:require|modules)__/,
    external: 'externals, or webpack-node-externals',
  },
  { bundler: 'ncc', mark: /__nccwpck_require__/, external: '--external' },
  { bundler: 'esbuild', mark: /\b__(?:commonJS|toESM|toCommonJS) = \(/, external: '--packages=external' },
  { bundler: 'rollup', mark: /\bgetDefaultExportFromCjs\b|\bcommonjsGlobal\b/, external: 'external' },
];

/** Reads a script, its first 20 MiB, and tells what bundler made it; `undefined` if none did, or if it cannot be read. */
export function readBundle(file: string): BundledProgram | undefined {
  const text = readStart(file);
  const found = text && bundlers.find(({ mark }) => mark.test(text));
  if (!text || !found) return undefined;
  const { bundler, external } = found;
  return { bundler, external, packages: packagesIn(text), text };
}

/** Bundlers leave the paths of what they took in comments or keys, unless they minify. */
function packagesIn(text: string): Set<string> {
  const paths = text.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g);
  return new Set([...paths].map(([, name]) => name!));
}

const maxBytes = 20 * 1024 * 1024;

function readStart(file: string): string | undefined {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(Math.min(fstatSync(descriptor).size, maxBytes));
      return buffer.toString('latin1', 0, readSync(descriptor, buffer));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}
