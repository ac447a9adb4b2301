import { join } from 'node:path';
import { describe, test } from 'node:test';
import { buildSync } from 'esbuild';
import { nodeVersion } from '../../harness/node-versions';
import {
  commonJs,
  coreOnly,
  coreSpans,
  esModule,
  layBesideExpress,
  layFiles,
  nodeLines,
  runOdd,
} from './odd-program';

const directory = layBesideExpress({
  'app.cjs': commonJs,
  'app.mjs': esModule,
  'core.cjs': `${coreOnly}${'// long\n'.repeat(10_000)}`,
});

/** Outside of every node_modules, as a container has it. */
const shipped = layFiles({});

function bundle(name: string, format: 'cjs' | 'esm', minify = false): string {
  const outfile = join(
    shipped,
    `${name}-${format}${minify ? '-min' : ''}.${format === 'esm' ? 'mjs' : 'cjs'}`,
  );
  buildSync({
    entryPoints: [join(directory, name)],
    bundle: true,
    platform: 'node',
    format,
    minify,
    outfile,
    logLevel: 'error',
    external: ['pg-native'],
    // What esbuild's documentation recommends for CommonJS packages in an ES module.
    ...(format === 'esm' && {
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    }),
  });
  return outfile;
}

const expressInside =
  /^otel-instrument: app\.\S+ is a bundle \(esbuild\) that holds express: libraries inside a bundle are not instrumented; leave them out \(--packages=external\)$/;

const bundles = [
  { name: 'CommonJS', file: bundle('app.cjs', 'cjs'), lines: [expressInside] },
  { name: 'ES module', file: bundle('app.mjs', 'esm'), lines: [expressInside] },
  // Nothing in it says what it holds.
  { name: 'minified', file: bundle('app.cjs', 'cjs', true), lines: [] },
  { name: 'of Node’s own modules alone', file: bundle('core.cjs', 'cjs'), lines: [] },
];

for (const version of nodeLines) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const { name, file, lines } of bundles)
      test(name, () =>
        runOdd({ args: [file], node: node as string, spans: coreSpans, lines }).then(() => {}),
      );
  });
}
