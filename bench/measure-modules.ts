import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from './agents';
import { emptyScript, findLoaded, type Loaded, measureStart } from './measure-start';
import { type Rounds, rotated, roundsOf } from './rounds';

export interface ModulesResult {
  readonly agent: Agent;
  /** CPU of the whole process, for each script. */
  readonly cpuMillis: Readonly<Record<Script, number[]>>;
}

export const scripts = ['empty', 'commonjs', 'esm'] as const;
export type Script = (typeof scripts)[number];

/** 1,000 modules: as many as an Express program with a few libraries and its own files has. */
const packages = 100;
const filesOfPackage = 10;

/** Runs programs that load 1,000 modules which no agent knows, and the empty script in turn with them. */
export async function measureModules(
  agents: readonly Agent[],
  ours: Agent,
  node: string,
  rounds: Rounds,
): Promise<{ results: ModulesResult[]; loaded: Loaded }> {
  const { paths, remove } = writeScripts();
  try {
    const results = agents.map((agent) => ({
      agent,
      cpuMillis: { empty: [] as number[], commonjs: [] as number[], esm: [] as number[] },
    }));
    for (const round of roundsOf(rounds)) {
      for (const script of scripts) {
        for (const { agent, cpuMillis } of rotated(results, round)) {
          const sample = await measureStart(agent, node, paths[script], 'http://127.0.0.1:1');
          cpuMillis[script].push(sample.cpuMillis);
        }
      }
    }
    return { results, loaded: await findLoaded(ours, node, paths.commonjs) };
  } finally {
    remove();
  }
}

/** The scripts, by what they load. */
export function writeScripts(): { readonly paths: Readonly<Record<Script, string>>; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'bench-modules-'));
  const paths = {
    empty: emptyScript,
    commonjs: writeModules(directory, 'cjs'),
    esm: writeModules(directory, 'mjs'),
  };
  return { paths, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Packages of ten files each. @returns the program that loads them all. */
function writeModules(directory: string, extension: 'cjs' | 'mjs'): string {
  const isEsm = extension === 'mjs';
  const load = (name: string, path: string) =>
    isEsm ? `import * as ${name} from '${path}';` : `const ${name} = require('${path}');`;
  const share = (names: string) => (isEsm ? `export { ${names} };` : `module.exports = { ${names} };`);
  const program: string[] = [];
  for (let index = 0; index < packages; index++) {
    const name = `unrelated-${extension}-${index}`;
    const folder = join(directory, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', main: `index.${extension}` }),
    );
    for (let file = 1; file < filesOfPackage; file++)
      writeFileSync(
        join(folder, `part${file}.${extension}`),
        `${functionsOf(file)}\n${share(functionNames)}\n`,
      );
    const parts = Array.from({ length: filesOfPackage - 1 }, (_, part) => `part${part + 1}`);
    const index_ = [...parts.map((part) => load(part, `./${part}.${extension}`)), share(parts.join(', '))];
    writeFileSync(join(folder, `index.${extension}`), `${index_.join('\n')}\n`);
    program.push(load(`p${index}`, isEsm ? `${name}/index.mjs` : name));
  }
  const path = join(directory, `program.${extension}`);
  writeFileSync(path, `${program.join('\n')}\n`);
  return path;
}

const names = Array.from({ length: 12 }, (_, index) => `work${index}`);
const functionNames = names.join(', ');

/** About 2 kB, the middle of what npm carries. */
function functionsOf(seed: number): string {
  return names
    .map(
      (name, index) => `function ${name}(input, options = {}) {
  const { limit = ${seed * 100 + index}, label = '${name}' } = options;
  if (input.length > limit) throw new RangeError(\`\${label}: \${input.length} is more than \${limit}\`);
  return input.map((each, place) => ({ each, place, label })).filter(({ each }) => each !== undefined);
}`,
    )
    .join('\n');
}
