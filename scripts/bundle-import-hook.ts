import { copyFileSync, mkdirSync } from 'node:fs';
import { bundle, bundledFiles } from './bundle';

const registerFile = 'node_modules/import-in-the-middle/lib/register.js';

/**
 * import-in-the-middle writes modules that import its `lib/register.js` from beside the loader, so that one file stays a file, shared by the
 * bundle and those modules.
 */
export async function bundleImportHook(directory: string): Promise<void> {
  mkdirSync(`${directory}/lib`, { recursive: true });
  copyFileSync(registerFile, `${directory}/lib/register.js`);
  bundledFiles.add(registerFile);
  await bundle({
    entry: 'src/hook/import-in-the-middle.ts',
    file: `${directory}/index.js`,
    externals: { './lib/register': './lib/register.js', './lib/register.js': './lib/register.js' },
    options: {
      define: { 'import.meta': 'importMeta' },
      banner: { js: "const importMeta = { url: require('node:url').pathToFileURL(__filename).href };" },
    },
  });
}
