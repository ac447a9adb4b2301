import { mkdirSync, writeFileSync } from 'node:fs';
import { bundle, bundledFiles, configFile } from './bundle';
import { bundleAgent } from './bundle-agent';
import { bundleImportHook } from './bundle-import-hook';
import { compileValidator } from './compile-validator';
import { thirdPartyNotices } from './third-party-notices';

/**
 * Builds what is published into `dist/`:
 *
 * - `preload.js` decides whether to start: every Node process with the preload loads it;
 * - `agent.js` is what runs at every start, and the chunks of scripts/chunks.ts what is needed when a library loads or a span ends;
 * - `import-hook/` sees ES modules, where a program has some that are instrumented;
 * - `config-file.js` reads a configuration file, where OTEL_CONFIG_FILE names one;
 * - `cli.js` is the launcher.
 */
async function main(): Promise<void> {
  mkdirSync('dist', { recursive: true });
  await bundle({ entry: 'src/preload/main.ts', file: 'dist/preload.js' });
  await bundleAgent('dist');
  await bundleImportHook('dist/import-hook');
  compileValidator();
  // The schema's code is twice as long with its white space, and nobody reads it; of `yaml` the ES modules load faster when bundled.
  await bundle({
    entry: 'src/config/file/read-config-file.ts',
    file: 'dist/config-file.js',
    options: { minify: true, alias: { yaml: './node_modules/yaml/browser/index.js' } },
  });
  await bundle({ entry: 'src/cli/main.ts', file: 'dist/cli.js', externals: configFile });
  writeFileSync('THIRD_PARTY_NOTICES', thirdPartyNotices(bundledFiles));
}

void main();
