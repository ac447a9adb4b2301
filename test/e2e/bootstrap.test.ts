import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runProgram } from '../harness/run-program';

const launcher = join(__dirname, '../../bin/otel-instrument');
const scratch = mkdtempSync(join(tmpdir(), 'otel-instrument-bootstrap-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

function project(name: string, versions: Readonly<Record<string, string>>, ...empty: string[]): string {
  const directory = join(scratch, name);
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  write('package.json', JSON.stringify({ dependencies: versions }));
  for (const [each, version] of Object.entries(versions))
    write(`node_modules/${each}/package.json`, JSON.stringify({ name: each, version }));
  for (const path of empty) write(path, '');
  return directory;
}

/** Package managers that only say how they were called, and end as they are told. */
const managers = join(scratch, 'bin');
mkdirSync(managers);
for (const name of ['npm', 'yarn', 'pnpm']) {
  const file = join(managers, name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $* in $PWD"\nexit \${ENDS_WITH:-0}\n`);
  chmodSync(file, 0o755);
}

function bootstrap(cwd: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const PATH = `${managers}${delimiter}${process.env.PATH}`;
  return runProgram(['bootstrap', ...args], { node: launcher, cwd, env: { PATH, ...env } });
}

const mixed = {
  express: '5.1.0',
  ioredis: '2.0.0',
  memcached: '2.2.2',
  'lru-memoizer': '2.3.0',
  'left-pad': '1.3.0',
};
const packages = ['@opentelemetry/instrumentation-lru-memoizer', '@opentelemetry/instrumentation-memcached'];

describe('requirements', () => {
  test('packages on standard output, the libraries and why on standard error', async () => {
    const directory = project('mixed', mixed);
    const { stdout, stderr, exitCode } = await bootstrap(directory);
    assert.deepEqual(stdout.trimEnd().split('\n'), packages);
    assert.equal(exitCode, 0);
    const rows = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    assert.deepEqual(rows[0], ['PACKAGE', 'VERSION', 'INSTRUMENTED']);
    assert.deepEqual(rows[1], ['express', '5.1.0', 'yes']);
    assert.match(rows[2]!.join(' '), /^ioredis 2\.0\.0 no: supported is >=4/);
    assert.deepEqual(rows[3], ['lru-memoizer', '2.3.0', `no: by ${packages[0]}`]);
    assert.deepEqual(rows[4], ['memcached', '2.2.2', `no: by ${packages[1]}`]);
    assert.equal(rows.length, 5);
    assert.equal((await bootstrap(directory, ['-a', 'requirements'])).stdout, stdout);
  });

  test('nothing for what that package is too old or too new for', async () => {
    const { stdout } = await bootstrap(project('future', { memcached: '9.0.0' }));
    assert.equal(stdout, '');
  });

  test('no project', async () => {
    // Not below the folder for temporary files: somebody's package.json may lie in it.
    const { stderr, exitCode } = await bootstrap('/dev');
    assert.equal(stderr, 'otel-instrument: no package.json in /dev or above\n');
    assert.equal(exitCode, 1);
  });
});

describe('install', () => {
  const cases = [
    ['npm', 'npm install', 'package-lock.json'],
    ['npm, without a lock file', 'npm install'],
    ['yarn', 'yarn add', 'yarn.lock'],
    ['pnpm', 'pnpm add', 'pnpm-lock.yaml'],
  ] as const;
  for (const [name, call, ...lockFiles] of cases) {
    test(name, async () => {
      const directory = project(name.replace(/\W+/g, '-'), mixed, ...lockFiles);
      const { stdout, exitCode } = await bootstrap(directory, ['-a', 'install']);
      assert.equal(stdout, `${call} ${packages.join(' ')} in ${directory}\n`);
      assert.equal(exitCode, 0);
    });
  }

  test('the exit code is that of the package manager', async () => {
    const run = await bootstrap(project('failing', mixed), ['--action', 'install'], { ENDS_WITH: '7' });
    assert.equal(run.exitCode, 7);
  });

  test('nothing where everything is instrumented', async () => {
    const run = await bootstrap(project('covered', { express: '5.1.0' }), ['-a', 'install']);
    assert.equal(run.stdout, '');
    assert.match(run.stderr, /^Nothing to install\.$/m);
    assert.equal(run.exitCode, 0);
  });

  test('an action that there is not', async () => {
    const run = await bootstrap(project('odd', {}), ['-a', 'remove']);
    assert.match(run.stderr, /requirements, install/);
    assert.equal(run.exitCode, 2);
  });
});
