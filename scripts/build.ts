import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { thirdPartyNotices } from './third-party-notices';

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
  await bundleImportHook();
  writeFileSync('THIRD_PARTY_NOTICES', thirdPartyNotices(bundledFiles));
}

/** Every source that went into a bundle. */
const bundledFiles = new Set<string>(['node_modules/import-in-the-middle/lib/register.js']);

/**
 * import-in-the-middle writes modules that import its `lib/register.js` from beside the loader, so that one file stays a file, shared by the
 * bundle and those modules.
 */
async function bundleImportHook(): Promise<void> {
  mkdirSync('dist/import-hook/lib', { recursive: true });
  copyFileSync('node_modules/import-in-the-middle/lib/register.js', 'dist/import-hook/lib/register.js');
  await bundle('src/hook/import-in-the-middle.ts', 'dist/import-hook/index.js', {
    define: { 'import.meta': 'importMeta' },
    banner: { js: "const importMeta = { url: require('node:url').pathToFileURL(__filename).href };" },
    plugins: [keepRegisterFile],
  });
}

const keepRegisterFile: Plugin = {
  name: 'keep-register-file',
  setup({ onResolve }) {
    onResolve({ filter: /\/lib\/register(\.js)?$/ }, () => ({ path: './lib/register.js', external: true }));
  },
};

/** Written beside and renamed, so that a program that starts meanwhile finds one or the other, whole. */
async function bundle(entry: string, file: string, extra: BuildOptions = {}): Promise<void> {
  const { outputFiles, metafile } = await build({
    ...common,
    ...extra,
    entryPoints: [entry],
    write: false,
    metafile: true,
  });
  for (const input of Object.keys(metafile.inputs)) bundledFiles.add(input);
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, outputFiles[0]!.contents);
  renameSync(temporary, file);
}

void main();
