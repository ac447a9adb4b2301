import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { satisfies } from 'semver';
import { nodeVersion, nodeVersionsToTest } from '../harness/node-versions';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver';
import { registerPath, runProgram, startProgram } from '../harness/run-program';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const repository = join(__dirname, '../..');
const requestsItself = join(repository, 'fixtures/core/endings.cjs');

/** A project from which an ES module package that we instrument can be reached, so that the hook on imports starts. */
const project = mkdtempSync(join(tmpdir(), 'otel-instrument-preload-'));
after(() => rmSync(project, { recursive: true, force: true }));
// Or the one of a folder above tells what `otel-instrument` is.
write(join(project, 'package.json'), '{}');
mkdirSync(join(project, 'node_modules'));
symlinkSync(
  join(repository, 'fixtures/versions/hono-4.13.19/node_modules/hono'),
  join(project, 'node_modules/hono'),
);
symlinkSync(repository, join(project, 'node_modules/otel-instrument'));

/** The package as installed, at a path with a space. */
const spaced = join(project, 'a b');
mkdirSync(spaced);
cpSync(join(repository, 'dist'), join(spaced, 'dist'), { recursive: true });
cpSync(registerPath, join(spaced, 'register.js'));

const emptyPreload = write(join(project, 'empty.cjs'), '');

/** Ways to name the preload; each must start it once. */
const ways: readonly { name: string; args?: string[]; options?: string }[] = [
  { name: '--require', args: ['--require', registerPath] },
  { name: '--import', args: ['--import', pathToFileURL(registerPath).href] },
  { name: 'NODE_OPTIONS --require', options: `--require ${registerPath}` },
  { name: 'NODE_OPTIONS --import', options: `--import ${pathToFileURL(registerPath).href}` },
  { name: 'twice', args: ['--require', registerPath, '-r', registerPath] },
  {
    name: 'both ways',
    args: ['--import', pathToFileURL(registerPath).href],
    options: `--require ${registerPath}`,
  },
  {
    name: 'two copies',
    args: ['--require', join(spaced, 'register.js')],
    options: `--require ${registerPath}`,
  },
  { name: 'a path with a space', options: `--require "${join(spaced, 'register.js')}"` },
  { name: 'by its package name', options: '--require otel-instrument/register' },
  { name: 'by its package name, imported', args: ['--import', 'otel-instrument/register'] },
];

/** Programs of files; the first is run. */
const programs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CommonJS: {
    'app.cjs': `const {join} = require('node:path'); console.log(join('a', 'b'), typeof module.parent, require.main === module);`,
  },
  'live binding': {
    'app.mjs': `import { n, bump } from './dep.mjs'; console.log(n); bump(); console.log(n); const again = await import('./dep.mjs'); again.bump(); console.log(n, again.n);`,
    'dep.mjs': `export let n = 0; export function bump() { n++; }`,
  },
  'cyclic imports': {
    'app.mjs': `import { b } from './b.mjs'; export function a() { return 'a'; } console.log(a(), b());`,
    'b.mjs': `import { a } from './app.mjs'; export function b() { return 'b' + a(); } console.log(b());`,
  },
  'top-level await': {
    'app.mjs': `import { value } from './dep.mjs'; console.log(value);`,
    'dep.mjs': `export const value = await new Promise((resolve) => setImmediate(resolve, 'settled'));`,
  },
  'unsettled top-level await': {
    'app.mjs': `console.log('before'); await new Promise(() => {}); console.log('never');`,
  },
  'export * webs': {
    'app.mjs': `import * as all from './left.mjs'; import { deep } from './right.mjs'; console.log(Object.keys(all), deep, all.deep);`,
    'left.mjs': `export * from './right.mjs'; export * from './base.mjs'; export const left = 1;`,
    'right.mjs': `export * from './left.mjs'; export * from './base.mjs'; export const right = 2;`,
    'base.mjs': `export const deep = 'deep'; export * as inner from './left.mjs';`,
  },
  'ambiguous export *': {
    'app.mjs': `import { twice } from './all.mjs'; console.log(twice);`,
    'all.mjs': `export * from './one.mjs'; export * from './two.mjs';`,
    'one.mjs': `export const twice = 1;`,
    'two.mjs': `export const twice = 2;`,
  },
  'builtins by import': {
    'app.mjs': `import http, { request, get } from 'node:http'; import * as all from 'http'; import { createRequire } from 'node:module'; const required = createRequire(import.meta.url)('http'); console.log(http.request === request, all.get === get, required === http, required.request === request, request.name, request.length, get.name, get.length, Object.keys(all).length);`,
  },
  'emitters, before and under a domain': {
    'app.cjs': `
      const EventEmitter = require('events');
      const { init } = EventEmitter;
      class Own extends EventEmitter { constructor() { super({ captureRejections: true }); } }
      console.log(Object.keys(new Own()), Object.keys(EventEmitter), typeof init, init === EventEmitter.init);
      const domain = require('domain').create().on('error', ({ message, domain: of }) => console.log('caught', message, of === domain));
      console.log(init === EventEmitter.init);
      domain.run(() => {
        const { Server } = require('http');
        const server = new Server();
        console.log(server.domain === domain, new Own().domain === domain);
        server.emit('error', new Error('in a domain'));
      });
      EventEmitter.init = function (...args) { console.log('set up'); return Reflect.apply(init, this, args); };
      new Own();
      EventEmitter.init = init;
      console.log(new Own().listenerCount('x'), EventEmitter.init === init);
      Object.freeze(EventEmitter);
      require('https');
      require('http2');
      console.log(new Own().listenerCount('x'));`,
  },
  'import of CommonJS': {
    'app.mjs': `import dep, { named } from './dep.cjs'; import { createRequire } from 'node:module'; console.log(dep, named, createRequire(import.meta.url)('./dep.cjs') === dep);`,
    'dep.cjs': `exports.named = 'named'; exports.other = require('./inner.cjs');`,
    'inner.cjs': `module.exports = __filename.endsWith('inner.cjs');`,
  },
  'missing import': { 'app.mjs': `import './missing.mjs';` },
  'missing require': { 'app.cjs': `require('./missing.cjs');` },
  'syntax error': { 'app.cjs': `console.log('a';` },
  'error in a module': {
    'app.cjs': `require('./dep.cjs');`,
    'dep.cjs': `function fail() { throw new TypeError('here'); }\nfail();`,
  },
  'error in an ES module': {
    'app.mjs': `import './dep.mjs';`,
    'dep.mjs': `function fail() { throw new TypeError('here'); }\nfail();`,
  },
  'dynamic import': {
    'app.cjs': `import('./dep.mjs').then((ns) => console.log(ns.default, require('node:http') === ns.http));`,
    'dep.mjs': `import http from 'http'; export { http }; export default import.meta.url.slice(-7);`,
  },
  'a Worker': {
    'app.mjs': `import { Worker, isMainThread, parentPort } from 'node:worker_threads'; if (isMainThread) { const worker = new Worker(new URL(import.meta.url)); worker.on('message', console.log); worker.on('exit', (code) => console.log('worker', code)); } else parentPort.postMessage('from the worker');`,
  },
  'a loader of its own': {
    'app.mjs': `import { register } from 'node:module'; register('./loader.mjs', import.meta.url); const { default: value } = await import('virtual:answer'); console.log(value); await import('./dep.mjs');`,
    'loader.mjs': `export async function resolve(specifier, context, next) { return specifier === 'virtual:answer' ? { url: 'data:text/javascript,export default 42', shortCircuit: true } : next(specifier, context); }\nexport async function load(url, context, next) { const loaded = await next(url, context); if (url.endsWith('dep.mjs')) loaded.source = String(loaded.source).replace('DEP', 'loaded'); return loaded; }`,
    'dep.mjs': `console.log('DEP');`,
  },
  'another preload that replaces _compile': {
    'app.cjs': `const Module = require('module'); const original = Module.prototype._compile; Module.prototype._compile = function (content, filename, ...rest) { return original.call(this, content.replace('NAME', 'replaced'), filename, ...rest); }; require('./dep.cjs'); Module.prototype._compile = original; require('./dep2.cjs');`,
    'dep.cjs': `console.log('NAME');`,
    'dep2.cjs': `console.log('NAME');`,
  },
  'one module that replaces its _compile': {
    'app.cjs': `const Module = require('module'); const js = Module._extensions['.js']; Module._extensions['.js'] = function (module, filename) { const compile = module._compile; module._compile = function (code, name) { module._compile = compile; module._compile(code.replace('NAME', 'replaced'), name); }; js(module, filename); }; require('./dep.js');`,
    'dep.js': `console.log('NAME', Object.keys(module).includes('_compile'));`,
  },
  'a stack trace': {
    'app.cjs': `Error.stackTraceLimit = 50; require('./dep.cjs');`,
    'dep.cjs': `exports.a = 1; console.log(new Error('where').stack);`,
  },
  'what a program sees of us': {
    'app.cjs': `console.log(process.execArgv, process.argv.length, Object.keys(globalThis), Object.keys(process).length, process.eventNames().filter((name) => typeof name === 'string'), Object.keys(require.cache).filter((file) => !file.includes('otel-instrument') && !file.includes('dist') && !file.includes('register.js')).length, process.env.NODE_OPTIONS === undefined || 'set');`,
  },
};

for (const version of nodeVersionsToTest) {
  const node = nodeVersion(version);
  const isMissing = typeof node !== 'string';
  const only = isMissing ? undefined : node;
  describe(`Node ${version}`, { skip: isMissing && node.message }, () => {
    for (const { name, args = [], options } of ways) {
      test(`given ${name}`, async (t) => {
        const receiver = await receiverFor(t);
        const plain = await runProgram([requestsItself, 'natural'], { node: only, cwd: project });
        const traced = await runProgram([...args, requestsItself, 'natural'], {
          node: only,
          cwd: project,
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, NODE_OPTIONS: options },
        });
        assertSameRun({ plain, traced });
        await receiver.drained();
        assert.deepEqual(receiver.spans.map(({ name, kind }) => `${name} ${kind}`).sort(), [
          'GET 1',
          'GET 2',
        ]);
      });
    }

    for (const [name, files] of Object.entries(programs)) {
      test(name, async (t) => {
        const directory = join(project, `${version} ${name}`.replace(/\W/g, '-'));
        for (const [file, source] of Object.entries(files)) write(join(directory, file), source);
        const main = join(directory, Object.keys(files)[0]!);
        // A preload of nothing stands for ours, so that what a preload of any kind changes is the same on both sides.
        const options = { node: only, cwd: directory, preload: emptyPreload };
        const runs = await withAndWithout([main], options, {
          preload: true,
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: (await receiverFor(t)).url },
        });
        assertSameRun(name.startsWith('missing') ? withoutFrames(runs) : runs);
      });
    }

    test('JSON by import', async () => {
      const keyword = satisfies(version, '>=22') ? 'with' : 'assert';
      const source = `import data from './data.json' ${keyword} { type: 'json' }; console.log(data);`;
      const directory = join(project, `${version}-json`);
      write(join(directory, 'app.mjs'), source);
      write(join(directory, 'data.json'), '{ "a": [1, null] }');
      const runs = await withAndWithout([join(directory, 'app.mjs')], { node: only }, {});
      assertSameRun(runs);
      assert.equal(runs.plain.exitCode, 0, runs.plain.stderr);
    });

    const file = write(join(project, `${version}.cjs`), `console.log('from a file', process.argv.slice(2));`);
    const broken = write(join(project, `${version}-broken.cjs`), 'const = 1;');
    const commands: Readonly<Record<string, { args: string[]; stdin?: string }>> = {
      '-e': { args: ['-e', 'console.log(__filename, process.argv.length)', 'x'] },
      '-p': { args: ['-p', '[1, 2].map(String)'] },
      '-e, ESM': { args: ['--input-type=module', '-e', 'console.log(import.meta.url.slice(0, 5), await 1)'] },
      '--check': { args: ['--check', file] },
      '--check of a broken file': { args: ['--check', broken] },
      'a program on stdin': { args: [], stdin: `console.log('from stdin', __filename)` },
      'a program on stdin, by dash': { args: ['-', 'x'], stdin: `console.log(process.argv.slice(1))` },
      'an ES module on stdin': {
        args: ['--input-type=module'],
        stdin: `import { sep } from 'path'; console.log(sep);`,
      },
      'the REPL': { args: ['-i'], stdin: `const a = 20\na + 1\nthrow new Error('in the REPL')\n.exit\n` },
      '--version': { args: ['--version'] },
      'a missing file': { args: [join(project, 'missing.js')] },
      '--test': { args: ['--test', '--test-reporter=tap', testFile()] },
    };
    for (const [name, { args, stdin }] of Object.entries(commands)) {
      test(name, async (t) => {
        const runs = normalize(
          await withAndWithout(
            args,
            { node: only, stdin, cwd: project },
            { env: { OTEL_EXPORTER_OTLP_ENDPOINT: (await receiverFor(t)).url } },
          ),
        );
        assertSameRun(name === 'a missing file' ? withoutFrames(runs) : runs);
      });
    }

    test('a Worker is traced', async (t) => {
      const receiver = await receiverFor(t);
      const source = `const { Worker } = require('node:worker_threads'); new Worker(${JSON.stringify(requestsItself)}, { argv: ['natural'] });`;
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
      assertSameRun(await withAndWithout(['-e', source], { node: only }, { env }));
      await receiver.drained();
      assert.deepEqual(receiver.spans.map(({ name, kind }) => `${name} ${kind}`).sort(), ['GET 1', 'GET 2']);
    });

    test('--watch runs the program once', async () => {
      const running = startProgram(['--watch', file], { node: only, preload: true });
      // `exit` of the watched program; the watcher itself goes on.
      await running.waitForStdout(/from a file/);
      await running.waitForStdout(/Completed running/);
      running.child.kill('SIGTERM');
      const { stdout, stderr } = await running.ended;
      assert.equal(stdout.match(/from a file/g)?.length, 1);
      assert.doesNotMatch(stderr, /otel-instrument/);
    });
  });
}

describe('a Node that is too old', () => {
  // No binary of such a version is needed: the file is run where `process` says that it is one.
  const source = readFileSync(registerPath, 'utf8');
  const started = (version: string) => {
    const written: string[] = [];
    const required: string[] = [];
    runInNewContext(source, {
      process: { versions: { node: version }, stderr: { write: (text: string) => written.push(text) } },
      require: (name: string) => required.push(name),
    });
    return { written, required };
  };

  for (const version of ['0.10.48', '8.17.0', '16.20.2', '18.18.2']) {
    test(`${version} is told in one line`, () => {
      const { written, required } = started(version);
      assert.deepEqual(required, []);
      assert.deepEqual(written, [
        `otel-instrument: Node.js ${version} is not supported (18.19 or newer is); the program runs untraced\n`,
      ]);
    });
  }
  for (const version of ['18.19.0', '20.0.0', '26.10.0', '100.0.0']) {
    test(`${version} starts`, () =>
      assert.deepEqual(started(version), { written: [], required: ['./dist/preload.js'] }));
  }
  test('register.js is JavaScript that the oldest Node can read', () => {
    assert.doesNotThrow(() => transformSync(source, { target: 'es5', logLevel: 'silent' }));
    assert.throws(() => transformSync('const a = () => {}', { target: 'es5', logLevel: 'silent' }));
  });
});

test('a process that cannot start is a line, not a crash', async () => {
  const copy = join(project, 'broken copy');
  write(join(copy, 'dist/preload.js'), readFileSync(join(repository, 'dist/preload.js'), 'utf8'));
  cpSync(registerPath, join(copy, 'register.js'));
  write(
    join(copy, 'sabotage.cjs'),
    `Object.defineProperty(globalThis, Symbol.for('opentelemetry.js.api.1'), { value: Object.freeze({}) });`,
  );
  const run = await runProgram(['--require', join(copy, 'sabotage.cjs'), '-p', '1'], { preload: false });
  const traced = await runProgram(
    ['--require', join(copy, 'sabotage.cjs'), '--require', join(copy, 'register.js'), '-p', '1'],
    {},
  );
  assert.match(traced.stderr, /^otel-instrument: could not start, the program runs untraced: .+\n$/);
  assertSameRun({ plain: run, traced }, 1);
});

function testFile(): string {
  return write(
    join(project, 'some.test.mjs'),
    `import test from 'node:test'; test('passes', () => {}); test('fails', () => { throw new Error('no'); });`,
  );
}

function write(file: string, content: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/**
 * Where import-in-the-middle's synchronous hooks are on, resolving goes through them, and Node's frames of an error in resolving say so. Only
 * those frames may differ, and only there.
 */
function withoutFrames<T extends Awaited<ReturnType<typeof withAndWithout>>>({ plain, traced }: T) {
  const clean = (run: T['plain']) => ({
    ...run,
    stderr: run.stderr.replace(/^ +at .*?( \{)?$\n?/gm, '').replace(/^node:internal.*\n/m, ''),
  });
  return { plain: clean(plain), traced: clean(traced) };
}

/** Numbers differ between two runs of `node --test`, and NODE_OPTIONS is there in one of the two. */
function normalize<T extends Awaited<ReturnType<typeof withAndWithout>>>({ plain, traced }: T) {
  const clean = (run: T['plain']) => ({
    ...run,
    stdout: run.stdout.replace(/(duration_ms:?) [\d.]+/g, '$1 #'),
  });
  return { plain: clean(plain), traced: clean(traced) };
}

async function receiverFor(t: TestContext): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  return receiver;
}

test('tools that only start others, or build, are left alone', async () => {
  const source = "console.log(Symbol.for('otel-instrument.started') in globalThis)";
  for (const [name, isTraced] of [
    ['npm', false],
    ['npx-cli.js', false],
    ['tsc', false],
    ['npm-server.js', true],
  ] as const) {
    const { stdout } = await runProgram([write(join(project, name), source)], { preload: true });
    assert.equal(stdout, `${isTraced}\n`, name);
  }
});
