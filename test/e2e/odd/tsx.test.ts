import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ThreadReport } from '../../../src/start/report';
import { nodeVersion } from '../../harness/node-versions';
import { registerPath } from '../../harness/run-program';
import { fixturesDirectory } from '../../harness/version-sets';
import { layBesideExpress, nodeLines, packages, repository, runOdd } from './odd-program';

/** How a TypeScript program is started; each is run as CommonJS and as ES module, which `type` in its manifest decides. */
const starts: readonly { name: string; args: readonly string[] }[] = [
  {
    name: 'node --import tsx',
    args: ['--import', pathToFileURL(join(packages, 'tsx/dist/loader.mjs')).href],
  },
  // The command starts node with its preloads and passes NODE_OPTIONS on.
  { name: 'tsx', args: [join(packages, 'tsx/dist/cli.mjs')] },
];

const spans = ['GET /express/:name SERVER', 'GET /hono/:name SERVER', 'GET CLIENT', 'GET CLIENT'];

const program = readFileSync(join(repository, 'fixtures/core/typescript/app.ts'), 'utf8');
const directories = Object.fromEntries(
  ['commonjs', 'module'].map((type) => {
    const directory = layBesideExpress({ 'app.ts': program, 'package.json': JSON.stringify({ type }) });
    const hono = join(fixturesDirectory, 'versions/hono-4.13.19/node_modules');
    cpSync(hono, join(directory, 'node_modules'), { recursive: true });
    return [type, directory];
  }),
);

const types = ['commonjs', 'module'] as const;

for (const version of nodeLines) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const type of types) {
      const directory = directories[type]!;
      for (const { name, args } of starts)
        test(`${name}, ${type}`, async (t) => {
          await checkOnce(t, directory, [...args, join(directory, 'app.ts')], node as string);
        });
    }

    test('tsx in NODE_OPTIONS, before and after ours', async (t) => {
      const directory = directories.module!;
      const tsx = `--import ${starts[0]!.args[1]}`;
      const ours = `--require ${registerPath}`;
      for (const NODE_OPTIONS of [`${tsx} ${ours}`, `${ours} ${tsx}`])
        await checkOnce(t, directory, [join(directory, 'app.ts')], node as string, {
          plain: tsx,
          NODE_OPTIONS,
        });
    });
  });
}

/** Each library is patched once, in the one process that loads it, and each call has one span. */
async function checkOnce(
  t: TestContext,
  cwd: string,
  args: readonly string[],
  node: string,
  options?: { readonly plain: string; readonly NODE_OPTIONS: string },
): Promise<void> {
  const reports = mkdtempSync(join(tmpdir(), 'tsx-'));
  t.after(() => rmSync(reports, { recursive: true }));
  const env = { OTEL_NODE_REPORT_DIRECTORY: reports };
  const { run } = await runOdd({
    args,
    cwd,
    node,
    spans,
    ...(options && { env: { NODE_OPTIONS: options.plain } }),
    traced: options ? { preload: false, env: { ...env, NODE_OPTIONS: options.NODE_OPTIONS } } : { env },
  });
  assert.equal(run.stdout, 'hello a\nhello b\n');
  const patches = readdirSync(reports).flatMap(
    (name) => (JSON.parse(readFileSync(join(reports, name), 'utf8')) as ThreadReport).patches,
  );
  const methods = patches
    .filter(({ module }) => ['hono', 'router'].includes(module))
    .map(({ module, method, problem }) => `${module} ${problem ?? method}`);
  assert.deepEqual(methods, [...new Set(methods)]);
  for (const method of ['hono HonoBase.prototype.route', 'router prototype.handleError'])
    assert.ok(methods.includes(method), `${methods}`);
}
