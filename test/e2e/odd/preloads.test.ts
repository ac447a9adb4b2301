import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { satisfies } from 'semver';
import { nodeVersion } from '../../harness/node-versions';
import {
  asksItself,
  commonJs,
  esModule,
  itsSpans,
  layBesideExpress,
  nodeLines,
  ours,
  packages,
  runOdd,
} from './odd-program';

const typed =
  'interface Named { readonly name: string }\nconst named: Named = { name: "typed" };\nconsole.log(named.name);';

const directory = layBesideExpress({
  'app.cjs': commonJs,
  'app.mjs': esModule,
  'app.ts': `import express = require('express'); import http = require('node:http');\n${typed}${asksItself}`,
  'app.mts': `${esModule}\n${typed}`,
  'stripped.cts': `${commonJs}\n${typed}`,
  'tsconfig.json':
    '{ "compilerOptions": { "module": "node16", "skipLibCheck": true }, "ts-node": { "transpileOnly": true } }',
  // Hooks of the program's own: one that passes everything on, in a thread and in this one.
  'hooks.mjs':
    'export const resolve = (name, context, next) => next(name, context);\nexport const load = (url, context, next) => next(url, context);',
  'register.mjs': `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
  'register-sync.mjs': `import { registerHooks } from 'node:module'; registerHooks({ resolve: (name, context, next) => next(name, context), load: (url, context, next) => next(url, context) });`,
  'patches-compile.cjs': `const Module = require('node:module'); const { _compile } = Module.prototype; Module.prototype._compile = function (content, filename, ...rest) { return _compile.call(this, content, filename, ...rest); };`,
  'extensions.cjs': `const { _extensions } = require('node:module'); const js = _extensions['.js']; _extensions['.js'] = (module, filename) => { const { _compile } = module; module._compile = function (content, name) { return _compile.call(this, content, name); }; js(module, filename); };`,
  'throws.cjs': commonJs.replace('request.params.id', '(() => { throw new Error("in a handler"); })()'),
});
const file = (name: string) => join(directory, name);
const url = (name: string) => pathToFileURL(file(name)).href;
const installed = (name: string) => join(packages, name);

interface Preload {
  readonly name: string;
  readonly args: readonly string[];
  readonly program: string;
  /** Versions of Node. */
  readonly versions?: string;
}

const preloads: readonly Preload[] = [
  {
    name: 'tsx',
    args: ['--import', pathToFileURL(installed('tsx/dist/loader.mjs')).href],
    program: 'app.mts',
    versions: '>=20.6',
  },
  {
    name: 'tsx, CommonJS',
    args: [
      '--require',
      installed('tsx/dist/preflight.cjs'),
      '--import',
      pathToFileURL(installed('tsx/dist/loader.mjs')).href,
    ],
    program: 'app.ts',
    versions: '>=20.6',
  },
  {
    name: 'ts-node',
    args: ['--require', installed('ts-node/register/transpile-only.js')],
    program: 'app.ts',
  },
  {
    name: 'source-map-support',
    args: ['--require', installed('source-map-support/register.js')],
    program: 'app.cjs',
  },
  { name: '--enable-source-maps', args: ['--enable-source-maps'], program: 'app.cjs' },
  {
    name: 'module.register, CommonJS',
    args: ['--import', url('register.mjs')],
    program: 'app.cjs',
    versions: '<26',
  },
  {
    name: 'module.register, ESM',
    args: ['--import', url('register.mjs')],
    program: 'app.mjs',
    versions: '<26',
  },
  {
    name: 'module.registerHooks, CommonJS',
    args: ['--import', url('register-sync.mjs')],
    program: 'app.cjs',
    versions: '>=22.22.3 <23 || >=24.11.1',
  },
  {
    name: 'module.registerHooks, ESM',
    args: ['--import', url('register-sync.mjs')],
    program: 'app.mjs',
    versions: '>=22.22.3 <23 || >=24.11.1',
  },
  { name: 'a patch of _compile', args: ['--require', file('patches-compile.cjs')], program: 'app.cjs' },
  { name: 'a patch of an extension', args: ['--require', file('extensions.cjs')], program: 'app.cjs' },
  { name: 'type stripping', args: ['--no-warnings'], program: 'stripped.cts', versions: '>=22.18' },
  { name: 'type stripping, ESM', args: ['--no-warnings'], program: 'app.mts', versions: '>=22.18' },
];

for (const version of nodeLines) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const { name, args, program, versions = '*' } of preloads) {
      if (!satisfies(version, versions)) continue;
      const options = { node: node as string, cwd: directory, spans: itsSpans };
      const empty = ['--require', file('tsconfig.json')];
      test(`${name}, after ours`, async () => {
        await runOdd({ ...options, args: [...args, file(program)] });
      });
      test(`${name}, before ours`, async () => {
        await runOdd({
          ...options,
          args: [...args, ...empty, file(program)],
          traced: { preload: false, args: [...args, ...ours, file(program)] },
        });
      });
    }
  });
}
