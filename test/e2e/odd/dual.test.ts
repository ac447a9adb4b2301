import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { satisfies } from 'semver';
import type { ThreadReport } from '../../../src/start/report';
import { nodeVersion } from '../../harness/node-versions';
import { fixturesDirectory } from '../../harness/version-sets';
import { layFiles, nodeLines, repository, runOdd } from './odd-program';

/** A package as it may be published: of ES modules, of both kinds, or both with one of them for all who can load it. */
interface Published {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  /** How many copies of its classes a program gets that loads it in both ways. */
  copies(node: string): number;
}

/** Where `require` loads ES modules: the condition `module-sync` is older, and came to Node.js 20 with it. */
const requiresEsModules = (node: string) => satisfies(node, '^20.19.0 || >=22.12.0');

const esModule = './dist/index.js';
const commonJs = './dist/cjs/index.js';
const published: readonly Published[] = [
  { name: 'dual', exports: { import: esModule, require: commonJs }, copies: () => 2 },
  {
    name: 'dual with module-sync',
    exports: { 'module-sync': esModule, import: esModule, require: commonJs },
    copies: (node) => (requiresEsModules(node) ? 1 : 2),
  },
  { name: 'ES modules only', exports: { default: esModule }, copies: () => 1 },
];

const orders = [['require'], ['import'], ['require', 'import'], ['import', 'require']];

for (const version of new Set([...nodeLines, process.versions.node])) {
  const node = nodeVersion(version);
  describe(`Node ${version}`, { skip: typeof node !== 'string' && node.message }, () => {
    for (const { name, exports, copies } of published) {
      const directory = publish(exports);
      for (const ways of orders) {
        const isPossible = Object.values(exports).includes(commonJs) || requiresEsModules(version);
        if (ways.includes('require') && !isPossible) continue;
        test(`${name}: ${ways.join(', then ')}`, async (t) => {
          const expected = ways.length === 1 ? 1 : copies(version);
          await checkProgram(t, node as string, directory, ways, expected);
        });
      }
    }
  });
}

async function checkProgram(
  t: TestContext,
  node: string,
  directory: string,
  ways: readonly string[],
  copies: number,
): Promise<void> {
  const reports = mkdtempSync(join(tmpdir(), 'dual-'));
  t.after(() => rmSync(reports, { recursive: true }));
  const { run } = await runOdd({
    args: [join(directory, 'app.cjs'), ...ways],
    node,
    traced: { env: { OTEL_NODE_REPORT_DIRECTORY: reports } },
    spans: ways.flatMap((way) => [`GET /${way}/:id SERVER`, 'GET CLIENT']),
  });
  assert.match(run.stdout, new RegExp(`^${copies}$`, 'm'));
  const [report] = readdirSync(reports);
  const { patches } = JSON.parse(readFileSync(join(reports, report!), 'utf8')) as ThreadReport;
  const counts = new Map<string, number>();
  for (const { module, method, problem } of patches) {
    if (module !== 'hono') continue;
    assert.equal(problem, undefined);
    counts.set(method, (counts.get(method) ?? 0) + 1);
  }
  const methods = ['Hono.prototype.constructor', 'HonoBase.prototype.basePath', 'HonoBase.prototype.route'];
  for (const method of methods) assert.equal(counts.get(method), copies, method);
}

/** Lays a program beside a hono whose manifest says what it is. */
function publish(exports: Published['exports']): string {
  const directory = layFiles({
    'app.cjs': readFileSync(join(repository, 'fixtures/core/dual/app.cjs'), 'utf8'),
  });
  const installed = join(fixturesDirectory, 'versions/hono-4.13.19/node_modules');
  cpSync(installed, join(directory, 'node_modules'), { recursive: true });
  const file = join(directory, 'node_modules/hono/package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  manifest.exports['.'] = exports;
  writeFileSync(file, JSON.stringify(manifest));
  return directory;
}
