import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';

export type ModuleSystem = 'esm' | 'cjs';

/**
 * Lays a fixture where it can load a library of one version: copies its files to `<directory>/.run/<fixture>/` and puts the
 * CommonJS twin `x.cjs` of each `x.mjs` beside it. Top-level await and `import.meta` have no twin: esbuild says so.
 *
 * @param fixtureDirectory where `app.mjs` is
 * @param runDirectory the version's directory
 * @returns the directory that now holds the program in both module systems
 */
export function layProgram(fixtureDirectory: string, runDirectory: string): string {
  const target = join(runDirectory, '.run', fixtureDirectory.split('/').at(-1)!);
  for (const name of readdirSync(fixtureDirectory, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(mjs|cjs|js|json|txt|proto|html)$/.test(name) || /(^|\/)(\.run|node_modules)\//.test(name))
      continue;
    const source = readFileSync(join(fixtureDirectory, name), 'utf8');
    writeIfChanged(join(target, name), source);
    if (name.endsWith('.mjs')) writeIfChanged(join(target, name.replace(/mjs$/, 'cjs')), twin(source, name));
  }
  return target;
}

function twin(source: string, name: string): string {
  // The .mjs in `sourcefile` makes esbuild give default imports Node's meaning: the whole module.exports.
  const { code, warnings } = transformSync(source, {
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    sourcefile: name,
    supported: { 'dynamic-import': true },
  });
  if (warnings.length > 0) throw new Error(`${name} has no CommonJS twin: ${warnings[0]!.text}`);
  return code.replace(/\b(require|import)\("(\.{1,2}\/[^"]+)\.mjs"\)/g, '$1("$2.cjs")');
}

/** Test files run at the same time and lay the same programs: a rename makes each file appear whole. */
function writeIfChanged(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch {
    mkdirSync(dirname(path), { recursive: true });
  }
  const temporary = `${path}.${process.pid}.${createHash('sha1').update(text).digest('hex').slice(0, 8)}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
