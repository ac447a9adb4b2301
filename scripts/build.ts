import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';

/**
 * Builds what is published into `dist/`: the preload (with everything that it loads later inside, each part evaluated on first need) and the
 * launcher. Names are not minified: V8 starts them no faster, and stack traces stay readable.
 */
const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node18',
  format: 'cjs',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
};

async function main(): Promise<void> {
  mkdirSync('dist', { recursive: true });
  await bundle('src/preload/main.ts', 'dist/preload.js');
  await bundle('src/cli/main.ts', 'dist/cli.js');
}

/** Written beside and renamed, so that a program that starts meanwhile finds one or the other, whole. */
async function bundle(entry: string, file: string): Promise<void> {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], write: false });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, outputFiles[0]!.contents);
  renameSync(temporary, file);
}

void main();
