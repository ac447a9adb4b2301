import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { runProgram } from '../harness/run-program';

/** What `npm pack` gives, installed alone into an empty project. */

const root = resolve(__dirname, '../..');
const maxBytes = 3_000_000;
const maxFiles = 60;

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** The program's other half: a request to its own server, then the end. */
const visit = `
function visit() {
  fetch('http://127.0.0.1:' + this.address().port).then(() => { console.log('visited'); this.closeAllConnections(); this.close(); });
}`;

let project = '';
let packed: Packed;

before(() => {
  project = mkdtempSync(join(tmpdir(), 'otel-instrument package '));
  // The tests run on what is built; building again under them would pull it from under other tests.
  const report = npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', project);
  const parsed = JSON.parse(report) as Packed[] | Record<string, Packed>;
  packed = Object.values(parsed)[0]!;
  writeFileSync(join(project, 'package.json'), '{"name":"my-shop","version":"1.2.3","private":true}');
  npm(project, 'install', '--no-audit', '--no-fund', '--offline', join(project, packed.filename));
  writeFileSync(
    join(project, 'app.cjs'),
    `require('node:http').createServer((q, r) => r.end()).listen(0, visit);${visit}`,
  );
  writeFileSync(
    join(project, 'app.mjs'),
    `import http from 'node:http'; http.createServer((q, r) => r.end()).listen(0, visit);${visit}`,
  );
});

after(() => rmSync(project, { recursive: true, force: true }));

test('it is small, and everything needed is in it', () => {
  assert.ok(packed.unpackedSize <= maxBytes, `${packed.unpackedSize} bytes`);
  assert.ok(packed.files.length <= maxFiles, `${packed.files.length} files`);
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    'register.js',
    'bin/otel-instrument',
    'dist/preload.js',
    'dist/cli.js',
    'THIRD_PARTY_NOTICES',
    'LICENSE',
    'README.md',
  ]) {
    assert.ok(paths.includes(path), path);
  }
});

test('it has no dependency and runs nothing when it is installed', () => {
  const manifest = JSON.parse(
    readFileSync(join(project, 'node_modules/otel-instrument/package.json'), 'utf8'),
  );
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.optionalDependencies, undefined);
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
    assert.equal(manifest.scripts[script], undefined);
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  assert.deepEqual(Object.keys(lock.packages), ['', 'node_modules/otel-instrument']);
});

test('the notices name every bundled package', () => {
  const notices = readFileSync(join(project, 'node_modules/otel-instrument/THIRD_PARTY_NOTICES'), 'utf8');
  for (const name of [
    '@opentelemetry/api',
    'commander',
    'import-in-the-middle',
    'protobufjs',
    'require-in-the-middle',
    'shimmer',
  ]) {
    assert.match(notices, new RegExp(`^${name} \\d`, 'm'));
  }
});

for (const app of ['app.cjs', 'app.mjs']) {
  for (const way of [
    'launcher',
    'NODE_OPTIONS',
    '--require otel-instrument/register',
    '--import otel-instrument/register',
  ]) {
    test(`${app} is traced by ${way}`, async (t) => {
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.stop());
      const env: Record<string, string> = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
      let args = [app];
      if (way === 'launcher')
        args = [join(project, 'node_modules/.bin/otel-instrument'), process.execPath, app];
      else if (way === 'NODE_OPTIONS')
        env.NODE_OPTIONS = `--require "${join(project, 'node_modules/otel-instrument/register.js')}"`;
      else args = [...way.split(' '), app];
      const run = await runProgram(args, { cwd: project, env });

      assert.deepEqual([run.stdout, run.stderr, run.exitCode], ['visited\n', '', 0]);
      const spans = await receiver.waitForSpans(1);
      const server = spans.find(({ kind }) => kind === 1);
      assert.equal(server?.name, 'GET');
      assert.equal(server?.resource['service.name'], 'my-shop');
      assert.equal(server?.resource['service.version'], '1.2.3');
    });
  }
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
