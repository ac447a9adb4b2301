import { relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundle, commonOptions } from './bundle';

const start = 'src/start.ts';

/**
 * Splits the agent in two, along the source's own lines: what `import` reaches from `src/start.ts` runs at every start and goes into `agentFile`;
 * what only a `require` call reaches is needed later or never, and goes into `laterFile`. Bundlers split ES modules alone, and separate CommonJS
 * bundles would each have a copy of what they share; so each bundle hands its modules to the other.
 */
export async function bundleAgent(agentFile: string, laterFile: string): Promise<void> {
  const { early, late } = await findParts();
  const laterPath = './later.js';
  const agentPath = './agent.js';

  await bundle({
    entry: { contents: `export * from './${start}';\n${shareLoaded(early)}` },
    file: agentFile,
    options: {
      plugins: [
        lendModules(
          late,
          (module) => `require('${laterPath}').modules[${JSON.stringify(module)}]()`,
          laterPath,
        ),
      ],
    },
  });
  await bundle({
    entry: {
      contents: `export const modules = {${[...late].map((module) => `${JSON.stringify(module)}: () => require('./${module}')`).join()}};`,
    },
    file: laterFile,
    options: {
      plugins: [
        lendModules(
          early,
          (module) => `require('${agentPath}').shared[${JSON.stringify(module)}]`,
          agentPath,
        ),
      ],
    },
  });
}

/** What is imported from the start, and what is required from there, as paths in the repository. */
async function findParts(): Promise<{ early: Set<string>; late: Set<string> }> {
  const late = new Set<string>();
  const { metafile } = await build({
    ...commonOptions,
    entryPoints: [start],
    plugins: [collectRequired(late)],
  });
  const early = new Set(Object.keys(metafile!.inputs).filter((file) => file.endsWith('.ts')));
  for (const file of early) late.delete(file);
  return { early, late };
}

/** Leaves out what is required by a relative path, and notes it. */
function collectRequired(late: Set<string>): Plugin {
  return {
    name: 'collect-required',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        if (kind !== 'require-call') return undefined;
        late.add(`${relative(process.cwd(), resolve(resolveDir, path))}.ts`);
        return { path, external: true };
      });
    },
  };
}

/** Replaces modules by an expression that fetches them from the other bundle. */
function lendModules(
  modules: ReadonlySet<string>,
  expression: (module: string) => string,
  otherBundle: string,
): Plugin {
  return {
    name: 'lend-modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        if (path === otherBundle) return { path, external: true };
        const module = `${relative(process.cwd(), resolve(resolveDir, path))}.ts`;
        return modules.has(module) ? { path: module, namespace: 'lent' } : undefined;
      });
      onLoad({ filter: /.*/, namespace: 'lent' }, ({ path }) => ({
        contents: `module.exports = ${expression(path)};`,
        resolveDir: process.cwd(),
      }));
    },
  };
}

function shareLoaded(modules: ReadonlySet<string>): string {
  const files = [...modules];
  const imports = files.map((file, index) => `import * as m${index} from './${file}';`);
  return `${imports.join('\n')}\nexport const shared = {${files.map((file, index) => `${JSON.stringify(file)}: m${index}`).join()}};`;
}
