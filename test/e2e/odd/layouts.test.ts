import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nodeVersion } from '../../harness/node-versions';
import { runProgram } from '../../harness/run-program';
import {
  commonJs,
  esModule,
  expressDirectory,
  itsSpans,
  layBesideExpress,
  layFiles,
  nodeLines,
  packages,
  runOdd,
} from './odd-program';

const launcher = join(__dirname, '../../../bin/otel-instrument');
const noExporters = {
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};
const manifest = JSON.stringify({ private: true, dependencies: { express: '5.3.0' } });
const programs = { 'app.cjs': commonJs, 'app.mjs': esModule };

/** Two versions of one library, each with a server of its own. */
const twoVersions = `
const http = require('node:http');
const { dirname } = require('node:path');
for (const express of [require('old'), require('new')]) {
  const server = express().get('/u/:id', (request, response) => response.send(request.params.id)).listen(0, '127.0.0.1', () => {
    http.get({ host: '127.0.0.1', port: server.address().port, path: '/u/7', agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (text) => console.log(text)).on('end', () => server.close());
    });
  });
}`;

for (const version of nodeLines) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    const run = (program: string, args: readonly string[] = [], spans = itsSpans, cwd?: string) =>
      runOdd({ args: [...args, program], node: node as string, spans, cwd });

    test('a program reached through a symlink', async () => {
      const directory = layBesideExpress(programs);
      symlinkSync(join(directory, 'app.cjs'), join(directory, 'link.cjs'));
      symlinkSync(directory, `${directory}-link`);
      await run(join(directory, 'link.cjs'));
      await run(join(`${directory}-link`, 'app.mjs'));
      await run(join(directory, 'link.cjs'), ['--preserve-symlinks-main', '--preserve-symlinks']);
    });

    for (const flags of [[], ['--preserve-symlinks']]) {
      test(`one library by two paths ${flags}`, async () => {
        const directory = layFiles({ 'app.cjs': twoVersions });
        const modules = join(directory, 'node_modules');
        mkdirSync(modules);
        const own = join(expressDirectory, 'node_modules');
        const all = new Map(
          [packages, own].flatMap((from) => readdirSync(from).map((name) => [name, join(from, name)])),
        );
        for (const [name, path] of all) symlinkSync(path, join(modules, name));
        for (const name of ['old', 'new']) symlinkSync(join(own, 'express'), join(modules, name));
        await run(join(directory, 'app.cjs'), flags, [...itsSpans, ...itsSpans]);
      });
    }

    test('two versions of one library', async () => {
      const directory = layFiles({
        'app.cjs': twoVersions
          .replace("require('old')", "require('./old')")
          .replace("require('new')", "require('./new')"),
        'old.js': '',
        'new.js': '',
      });
      for (const [name, set] of [
        ['old', 'express-4.22.3'],
        ['new', 'express-5.3.0'],
      ] as const)
        writeFileSync(
          join(directory, `${name}.js`),
          `module.exports = require('node:module').createRequire(${JSON.stringify(join(expressDirectory, `../${set}/package.json`))})('express');`,
        );
      await run(join(directory, 'app.cjs'), [], [...itsSpans, ...itsSpans]);
    });
  });
}

describe('other package managers', () => {
  test('pnpm', async (t) => {
    const directory = layFiles({ ...programs, 'package.json': manifest });
    if (!install(t, directory, [join(packages, 'pnpm/bin/pnpm.cjs'), 'install', '--ignore-scripts'])) return;
    await runOdd({ args: [join(directory, 'app.cjs')], spans: itsSpans });
    await runOdd({ args: [join(directory, 'app.mjs')], spans: itsSpans });
  });

  test('Yarn Plug’n’Play', async (t) => {
    const directory = layFiles({
      ...programs,
      'package.json': manifest,
      'yarn.lock': '',
      '.yarnrc.yml':
        'nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: false\nenableImmutableInstalls: false\nenableHardenedMode: false\n',
    });
    if (!install(t, directory, [join(packages, '@yarnpkg/cli-dist/bin/yarn.js'), 'install'])) return;
    for (const version of nodeLines) {
      const node = nodeVersion(version);
      if (typeof node !== 'string') continue;
      const pnp = ['--require', join(directory, '.pnp.cjs')];
      await t.test(`CommonJS on Node ${version}`, async () => {
        await runOdd({ args: [...pnp, join(directory, 'app.cjs')], cwd: directory, node, spans: itsSpans });
      });
    }

    writeFileSync(
      join(directory, 'package.json'),
      JSON.stringify({ private: true, dependencies: { express: '5.3.0', koa: '3.0.0' } }),
    );
    for (const NODE_OPTIONS of ['', `--require ${join(directory, '.pnp.cjs')}`])
      await t.test(`doctor sees what is installed ${NODE_OPTIONS && 'within Yarn'}`, async () => {
        const { stdout } = await runProgram(['doctor', '--format', 'json'], {
          node: launcher,
          cwd: directory,
          env: { NODE_OPTIONS, ...noExporters },
        });
        const sections: { title: string; findings: object[] }[] = JSON.parse(stdout).sections;
        const { findings } = sections.find(({ title }) => title.startsWith('Libraries'))!;
        assert.deepEqual(findings, [
          { status: 'ok', text: 'express 5.3.0' },
          {
            status: 'problem',
            text: 'koa is in package.json, but not installed',
            advice: 'Install the dependencies.',
          },
        ]);
      });
  });
});

/** @returns false, with the test skipped, where the registry cannot be reached. */
function install(t: TestContext, directory: string, args: readonly string[]): boolean {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...registry() },
  });
  if (status === 0) return true;
  t.skip(`cannot install: ${(stderr + stdout).trim().split('\n').at(-1)}`);
  return false;
}

/** The registry that npm uses, for Yarn, which does not read npm's configuration. */
function registry(): Record<string, string> {
  const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' });
  const url = stdout.trim();
  return { YARN_NPM_REGISTRY_SERVER: url, YARN_UNSAFE_HTTP_WHITELIST: new URL(url).hostname };
}
