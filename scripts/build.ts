import { mkdirSync, writeFileSync } from 'node:fs';
import { bundle, bundledFiles } from './bundle';
import { bundleAgent } from './bundle-agent';
import { bundleImportHook } from './bundle-import-hook';
import { thirdPartyNotices } from './third-party-notices';

/**
 * Builds what is published into `dist/`:
 *
 * - `preload.js` decides whether to start: every Node process with the preload loads it;
 * - `agent.js` is what runs at every start, `later.js` what is needed when a library loads or a span ends;
 * - `import-hook/` sees ES modules, where a program has some that are instrumented;
 * - `cli.js` is the launcher.
 */
async function main(): Promise<void> {
  mkdirSync('dist', { recursive: true });
  await bundle({
    entry: 'src/preload/main.ts',
    file: 'dist/preload.js',
    externals: { '../start': './agent.js' },
  });
  await bundleAgent('dist/agent.js', 'dist/later.js');
  await bundleImportHook('dist/import-hook');
  await bundle({ entry: 'src/cli/main.ts', file: 'dist/cli.js' });
  writeFileSync('THIRD_PARTY_NOTICES', thirdPartyNotices(bundledFiles));
}

void main();
