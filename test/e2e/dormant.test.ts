import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { isDormantCommand } from '../../src/preload/dormant';
import { startOtlpReceiver } from '../harness/otlp-receiver';
import { assertSameRun, withAndWithout } from '../harness/with-and-without';

const requestsItself = join(__dirname, '../../fixtures/core/endings.cjs');
const tracesOnly = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

const project = mkdtempSync(join(tmpdir(), 'otel-instrument-dormant-'));
after(() => rmSync(project, { recursive: true, force: true }));
writeFileSync(
  join(project, 'package.json'),
  JSON.stringify({
    name: 'shop',
    version: '1.0.0',
    scripts: { serve: 'node app.cjs natural' },
    bin: 'app.cjs',
  }),
);
const app = join(project, 'app.cjs');
cpSync(requestsItself, app);

/** Tools, as they are started. */
const tools: Readonly<Record<string, { packages?: string; args: (directory: string) => readonly string[] }>> =
  {
    'npm run': { args: () => ['npm', 'run', '--silent', 'serve'] },
    'npm start by node': { args: () => ['node', npmFile('npm-cli.js'), 'run', '--silent', 'serve'] },
    npx: { args: () => ['npx', '--no-install', '--call', 'node app.cjs natural'] },
    'yarn 1': { packages: 'yarn@1.22.22', args: (bin) => [join(bin, 'yarn'), '--silent', 'run', 'serve'] },
    'pnpm 9': { packages: 'pnpm@9.15.9', args: (bin) => [join(bin, 'pnpm'), '--silent', 'run', 'serve'] },
  };

describe('tools that inherit NODE_OPTIONS', () => {
  for (const [name, { packages, args }] of Object.entries(tools)) {
    test(`${name} stays dormant, what it starts is traced`, async (t) => {
      const bin = packages ? installed(t, packages) : '';
      if (bin === undefined) return;
      assert.deepEqual(await run(t, args(bin), {}), ['GET 1', 'GET 2']);
    });
  }

  test('a command of the user', async (t) => {
    const copies = join(project, 'tools');
    mkdirSync(copies, { recursive: true });
    for (const name of ['mytool.cjs', 'npm-cli.js']) cpSync(requestsItself, join(copies, name));
    const spansOf = (name: string, commands: string) =>
      run(t, ['node', join(copies, name), 'natural'], { OTEL_NODE_DORMANT_COMMANDS: commands });
    assert.deepEqual(await spansOf('mytool.cjs', ''), ['GET 1', 'GET 2']);
    assert.deepEqual(await spansOf('mytool.cjs', '+other,mytool'), []);
    assert.deepEqual(await spansOf('npm-cli.js', '+mytool'), []);
    assert.deepEqual(await spansOf('npm-cli.js', 'mytool'), ['GET 1', 'GET 2']);
  });
});

test('which scripts are tools', () => {
  const are = [
    '/usr/bin/npm',
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/app/.yarn/releases/yarn-4.12.0.cjs',
    '/app/node_modules/.bin/tsc',
    '/app/node_modules/pnpm/bin/pnpm.cjs',
    '/app/node_modules/eslint/bin/eslint.js',
    '/usr/lib/node_modules/corepack/dist/corepack.js',
    '/usr/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js',
  ];
  const areNot = ['/app/server.js', '/app/npm/index.js', '/app/yarn-stock.js', '/app/my-npm.js', '-', ''];
  for (const script of are) assert.equal(isDormantCommand(script, undefined), true, script);
  for (const script of areNot) assert.equal(isDormantCommand(script, undefined), false, script);
  assert.equal(isDormantCommand(undefined, ['+']), false);
  assert.equal(isDormantCommand('/app/a.js', ['+a']), true);
  assert.equal(isDormantCommand('/bin/npm', ['a']), false);
});

async function run(t: TestContext, [command, ...args]: readonly string[], env: Record<string, string>) {
  const receiver = await startOtlpReceiver();
  t.after(() => receiver.stop());
  const runs = await withAndWithout(
    args,
    { node: command!, cwd: project },
    { env: { ...tracesOnly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env } },
  );
  assertSameRun(runs);
  assert.equal(runs.plain.exitCode, 0, runs.plain.stderr);
  await receiver.drained();
  return receiver.spans.map(({ name, kind }) => `${name} ${kind}`).sort();
}

/** The `bin` folder of a package from the registry; skips the test where there is none. */
function installed(t: TestContext, name: string): string | undefined {
  const directory = join(project, `installed-${name.split('@')[0]}`);
  try {
    execFileSync('npm', ['install', '--prefix', directory, '--no-save', '--no-audit', '--no-fund', name], {
      stdio: 'pipe',
      cwd: dirname(directory),
    });
  } catch (error) {
    t.skip(`${name} cannot be installed: ${String((error as Error).message).split('\n')[0]}`);
    return undefined;
  }
  return join(directory, 'node_modules/.bin');
}

function npmFile(name: string): string {
  const directory = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  return join(directory, 'npm/bin', name);
}
