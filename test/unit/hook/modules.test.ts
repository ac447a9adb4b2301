import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { buildSync } from 'esbuild';
import { nodeVersion, nodeVersionsToTest } from '../../harness/node-versions';
import { runProgram } from '../../harness/run-program';

/** The hooks as they are built, with a registry of two packages made for the purpose: one CommonJS, one ES module. */
const root = join(__dirname, '../../..');
const directory = mkdtempSync(join(tmpdir(), 'otel-instrument-hook-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const preload = join(directory, 'preload/preload.cjs');

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  }
}

write({
  'preload.ts': `
    import { installHooks } from ${JSON.stringify(join(root, 'src/hook/install'))};
    const wrap = (original: any) => function (this: any, ...args: any[]) { return 'patched ' + Reflect.apply(original, this, args); };
    const entry = (name: string, isEsModule: boolean) => ({
      name,
      modules: [{ name, files: ['', 'lib/other.' + (isEsModule ? 'js' : 'cjs'), 'main.js'], isEsModule }],
      channels: [],
      builtins: [],
      load: () => ({ name, docs: {} as any, targets: [{ module: name, versions: '>=1.0.0 <2.0.0', isEsModule, patches: [
        { method: 'Client.prototype.query', wrap, ...(isEsModule ? { file: 'main.js' } : {}) },
        { method: 'Other.prototype.query', wrap, file: 'lib/other.' + (isEsModule ? 'js' : 'cjs') },
      ] }] }),
    });
    installHooks([entry('common-dep', false), entry('esm-dep', true)]);`,
  'node_modules/common-dep/package.json': '{ "name": "common-dep", "version": "1.5.0" }',
  'node_modules/common-dep/index.js': `
    class Client { query(text) { return text; } }
    exports.Client = Client; exports.other = require('./lib/other.cjs'); exports.where = new Error('where').stack;`,
  'node_modules/common-dep/lib/other.cjs': `exports.Other = class Other { query(text) { return text; } };`,
  'node_modules/esm-dep/package.json':
    '{ "name": "esm-dep", "version": "1.5.0", "type": "module", "exports": { ".": "./main.js", "./state": "./state.js" } }',
  'node_modules/esm-dep/main.js': `
    export * from './lib/other.js';
    export class Client { query(text) { return text; } }
    export default 'default';`,
  // Not a patched file: those lose their live bindings under import-in-the-middle.
  'node_modules/esm-dep/state.js': `export let count = 0; export function bump() { count++; }`,
  'node_modules/esm-dep/lib/other.js': `export class Other { query(text) { return text; } }`,
  'esm.mjs': `
    import first, { Client, Other } from 'esm-dep';
    import { count, bump } from 'esm-dep/state';
    import * as all from 'esm-dep';
    import common, { Client as Common } from 'common-dep';
    console.log(new Client().query('a'), new Other().query('b'), new Common().query('c'), new common.other.Other().query('d'));
    bump();
    console.log(first, count, Object.keys(all).join(), (await import('esm-dep')).Client === Client);`,
  'common.cjs': `
    const { Client, other } = require('common-dep');
    console.log(new Client().query('c'), new other.Other().query('d'));
    import('esm-dep').then(({ Client }) => console.log(new Client().query('a')));`,
  'stack.cjs': `console.log(require('common-dep').where.split('\\n').length); require('./inner.cjs');`,
  'inner.cjs': `console.log(new Error('inner').stack.replace(/\\(node:.*\\)/g, ''));`,
});
buildSync({
  entryPoints: [join(directory, 'preload.ts')],
  outfile: preload,
  bundle: true,
  platform: 'node',
  target: 'node18',
  format: 'cjs',
  logLevel: 'silent',
  nodePaths: [join(root, 'node_modules')],
  external: ['./import-hook/index.js'],
});
cpSync(join(root, 'dist/import-hook'), join(directory, 'preload/import-hook'), { recursive: true });

for (const version of nodeVersionsToTest) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    const run = (file: string, options = {}) =>
      runProgram([join(directory, file)], { node: String(node), cwd: directory, preload, ...options });

    test('ES modules and CommonJS by import', async () => {
      const { stdout, stderr } = await run('esm.mjs');
      assert.equal(stderr, '');
      assert.equal(stdout, 'patched a patched b patched c patched d\ndefault 1 Client,Other,default true\n');
    });
    test('CommonJS by require, ES modules by import()', async () => {
      const { stdout, stderr } = await run('common.cjs');
      assert.equal(stderr, '');
      assert.equal(stdout, 'patched c patched d\npatched a\n');
    });
    test('no frame of ours in a stack of the program', async () => {
      const { stdout } = await run('stack.cjs');
      const plain = await run('stack.cjs', { preload: false });
      const inner = (text: string) => text.split('\n').slice(1).join('\n');
      assert.match(inner(plain.stdout), /inner\.cjs/);
      assert.equal(inner(stdout), inner(plain.stdout));
      assert.doesNotMatch(stdout, /preload\.cjs/);
    });
  });
}
