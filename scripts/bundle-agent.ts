import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundle, commonOptions, configFile } from './bundle';
import { chunkOf } from './chunks';

const start = 'src/start.ts';

/** Packages of which there must be one copy, by the file that has all of them: the writer's settings and pools are its own. */
const sharedPackages: Readonly<Record<string, string>> = {
  'protobufjs/minimal': 'node_modules/protobufjs/minimal.js',
};

/**
 * Splits the agent along the source's own lines: what `import` reaches from `src/start.ts` runs at every start and goes into `agent.js`; what
 * only a `require` call reaches is needed later or never, and goes into chunks. Bundlers split ES modules alone, and separate CommonJS bundles
 * would each have a copy of what they share; so each file hands its modules to the others.
 *
 * @param directory - where the files are written.
 */
export async function bundleAgent(directory: string): Promise<void> {
  const early = await findSources(leaveOutRequired);
  const late = await findSources(leaveOutConfigFile);
  for (const source of early) late.delete(source);
  for (const source of Object.values(sharedPackages)) late.add(source);
  const fileOf = (source: string) =>
    early.has(source) ? 'agent' : late.has(source) ? chunkOf(source) : undefined;

  await bundle({
    entry: { contents: `export * from './${start}';\n${namespaces(early)}` },
    file: `${directory}/agent.js`,
    options: {
      plugins: [lendModules(/^\./, 'agent', fileOf)],
      banner: { js: ownRequire },
    },
  });
  for (const chunk of new Set([...late].map(chunkOf))) {
    const own = [...late].filter((source) => chunkOf(source) === chunk);
    await bundle({
      entry: { contents: `export const modules = ${thunks(own)};` },
      file: `${directory}/${chunk}.js`,
      externals: configFile,
      options: {
        plugins: [lendModules(/^\.|^protobufjs\/minimal$/, chunk, fileOf)],
        banner: { js: ownRequire },
      },
    });
  }
}

/** See src/preload/own-files.ts. */
const ownRequire =
  'require = module.require; var { Buffer, URL, URLSearchParams, SharedArrayBuffer, Atomics, console, queueMicrotask } = module.globals;';

/** Our sources that are reached from the start. @param leaveOut - keeps a plugin's choice of imports from being followed. */
async function findSources(leaveOut: Plugin): Promise<Set<string>> {
  const { metafile } = await build({ ...commonOptions, entryPoints: [start], plugins: [leaveOut] });
  const files = Object.keys(metafile!.inputs);
  return new Set(files.filter((file) => file.endsWith('.ts') && !file.startsWith('node_modules/')));
}

const leaveOutRequired: Plugin = {
  name: 'leave-out-required',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, kind, importer }) =>
      kind === 'require-call' && !importer.includes('node_modules') ? { path, external: true } : undefined,
    );
  },
};

const leaveOutConfigFile: Plugin = {
  name: 'leave-out-config-file',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/read-config-file$/ }, ({ path }) => ({ path, external: true }));
  },
};

/**
 * Replaces modules of other files by what fetches them from there.
 * @param filter - the imports that are looked at.
 * @param fileOf - the file that a source belongs to.
 */
function lendModules(filter: RegExp, own: string, fileOf: (source: string) => string | undefined): Plugin {
  return {
    name: 'lend-modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path, resolveDir, namespace }) => {
        if (namespace === 'lent') return { path, external: true };
        if (path in configFile) return undefined;
        const source = sharedPackages[path] ?? sourceOf(path, resolveDir);
        const file = fileOf(source);
        return file === undefined || file === own ? undefined : { path: source, namespace: 'lent' };
      });
      onLoad({ filter: /.*/, namespace: 'lent' }, async ({ path }) => {
        const lent = `require('./${fileOf(path)}.js').modules[${JSON.stringify(path)}]()`;
        const names = await exportsOf(path);
        return {
          contents: names
            ? `const lent = ${lent};\n${names.map((name) => `export const ${name} = lent.${name};`).join('\n')}`
            : `module.exports = ${lent};`,
          resolveDir: process.cwd(),
        };
      });
    },
  };
}

/**
 * Names that a source of ours exports, if they never change: they are then read once, where what esbuild makes of a CommonJS module reads each
 * through two getters, 10 ns a time.
 */
async function exportsOf(source: string): Promise<readonly string[] | undefined> {
  const text = source.endsWith('.ts') ? readFileSync(source, 'utf8') : 'export let';
  if (/^export let\b/m.test(text)) return undefined;
  const { metafile } = await build({
    ...commonOptions,
    bundle: /^export \*/m.test(text),
    packages: 'external',
    entryPoints: [source],
    format: 'esm',
    logLevel: 'error',
    outdir: 'dist',
  });
  const [output] = Object.values(metafile!.outputs);
  const names = output!.exports;
  return names.includes('default') ? undefined : names;
}

function sourceOf(path: string, resolveDir: string): string {
  const file = relative(process.cwd(), resolve(resolveDir, path));
  return [`${file}.ts`, `${file}/index.ts`].find(existsSync) ?? file;
}

/** Of sources that are loaded with the file: their names need no wrapping function each. */
function namespaces(sources: Iterable<string>): string {
  const all = [...sources];
  const imports = all.map((source, index) => `import * as m${index} from './${source}';`);
  const entries = all.map((source, index) => `${JSON.stringify(source)}: () => m${index}`);
  return `${imports.join('\n')}\nexport const modules = {${entries.join()}};`;
}

/** Of sources that are loaded when they are first asked for. */
function thunks(sources: Iterable<string>): string {
  const entries = [...sources].map((source) => `${JSON.stringify(source)}: () => require('./${source}')`);
  return `{${entries.join()}}`;
}
