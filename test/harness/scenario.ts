import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { satisfies } from 'semver';
import { assertAttributesConform } from './conventions';
import { diffLines } from './diff-lines';
import { expectTree } from './expect-tree';
import { ensureInstalled } from './install';
import { nodeVersion, nodeVersionsToTest } from './node-versions';
import { startOtlpReceiver } from './otlp-receiver';
import { maskOutput, type ProgramRun, runProgram } from './run-program';
import { type TestServer, Unavailable } from './servers/server';
import { addresses, startOnce } from './servers/start-once';
import type { Variables } from './tree-notation';
import { layProgram, type ModuleSystem } from './twin';
import { fixturesDirectory, type VersionSet, versionSets } from './version-sets';

export interface ScenarioOptions {
  /** Directory below `fixtures/` with the user's program. */
  readonly fixture: string;
  /** The program in it, without extension. Default: `app`. */
  readonly app?: string;
  /** Whose version sets to run on. Default: the fixture's name; one run without sets when there are none. */
  readonly library?: string;
  /** Only versions in this range; a library whose spans differ between versions has a scenario for each. */
  readonly versions?: string;
  readonly modules?: readonly ModuleSystem[];
  /**
   * What the program talks to. A server `pg` gives the program `PG_ADDRESS` and the drawing `{pg.address}`, `{pg.host}`
   * and `{pg.port}`. The test is skipped where a server is unavailable.
   */
  readonly servers?: Readonly<Record<string, () => Promise<TestServer>>>;
  /** For both runs, with and without us. Every run also gets a fresh `RUN_ID`, `{run.id}` in the drawing. */
  readonly env?: Readonly<Record<string, string>>;
  readonly variables?: Variables;
  /** The drawn tree, see tree-notation.ts. */
  readonly expect: string | ((run: ScenarioRun) => string);
  /** Default 0. */
  readonly exitCode?: number;
  /** Exact Node version. Default: the one that runs the tests, else one on this machine that the library runs on. */
  readonly node?: string;
  /** Arguments of node before the program. */
  readonly nodeArgs?: readonly string[];
  /** A preload other than ours, to try the harness. */
  readonly preload?: string;
  readonly timeoutMillis?: number;
}

/** One execution: what a drawing may depend on. */
export interface ScenarioRun {
  /** Version of the library, '' when there is none. */
  readonly version: string;
  readonly module: ModuleSystem;
  /** Version of Node. */
  readonly node: string;
}

/**
 * Registers one test for each version of the library, as CommonJS and as ESM. Each runs the program without us and with
 * us, expects the same exit code, stdout and stderr (pids, times and ids masked), and compares all spans with the drawing.
 */
export function scenario(name: string, options: ScenarioOptions): void {
  const { library = options.fixture, versions = '*', node } = options;
  const all = versionSets(library);
  const fitting = all.filter(
    (set) => satisfies(set.version, versions) && (node === undefined || satisfies(node, set.nodeRange)),
  );
  if (fitting.length === 0 && (all.length > 0 || options.library !== undefined)) {
    throw new Error(`${name}: no version set of ${library} fits`);
  }
  const sets = all.length > 0 ? fitting : [undefined];
  describe(name, () => {
    const servers = startOnce(options.servers ?? {});
    after(servers.stop);
    for (const set of sets) {
      for (const module of options.modules ?? (['cjs', 'esm'] as const)) {
        const title = set ? `${basename(set.directory)} ${module}` : module;
        test(title, (context) => runScenario(context, options, set, module, servers.start));
      }
    }
  });
}

async function runScenario(
  context: TestContext,
  options: ScenarioOptions,
  set: VersionSet | undefined,
  module: ModuleSystem,
  startServers: () => Promise<Record<string, TestServer>>,
): Promise<void> {
  const node = options.node ?? nodeFor(set);
  const nodePath = nodeVersion(node);
  if (nodePath instanceof Unavailable) return context.skip(nodePath.message);
  let servers: Record<string, TestServer>;
  try {
    servers = await startServers();
  } catch (error) {
    if (error instanceof Unavailable) return context.skip(error.message);
    throw error;
  }
  if (set) ensureInstalled(fixturesDirectory);
  const fixture = join(fixturesDirectory, options.fixture);
  const laid = layProgram(fixture, set?.directory ?? fixture);
  const program = join(laid, `${options.app ?? 'app'}.${module === 'esm' ? 'mjs' : 'cjs'}`);
  assert.ok(existsSync(program), `${program} is missing`);
  const run = { version: set?.version ?? '', module, node };
  const execute = (env: Record<string, string>, preload?: boolean | string) =>
    runProgram([...(options.nodeArgs ?? []), program], {
      node: nodePath,
      cwd: set?.directory ?? fixture,
      env: { ...addresses(servers), ...options.env, ...env },
      preload,
      timeoutMillis: options.timeoutMillis,
    });

  const plainId = randomBytes(4).toString('hex');
  const plain = await execute({ RUN_ID: plainId });
  expectExit(plain, options.exitCode ?? 0, 'without us');

  const receiver = await startOtlpReceiver();
  try {
    const id = randomBytes(4).toString('hex');
    const traced = await execute({ RUN_ID: id, ...exportTo(receiver.url) }, options.preload ?? true);
    expectExit(traced, options.exitCode ?? 0, 'with us');
    for (const stream of ['stdout', 'stderr'] as const) {
      expectSameOutput(stream, masked(plain[stream], plainId), masked(traced[stream], id));
    }
    await receiver.drained();
    assertAttributesConform(receiver.spans);
    const drawing = typeof options.expect === 'string' ? options.expect : options.expect(run);
    expectTree(receiver.spans, drawing, { 'run.id': id, ...serverVariables(servers), ...options.variables });
  } finally {
    await receiver.stop();
  }
}

/** The Node that runs the tests if the library runs on it, else the best there is. */
function nodeFor(set: VersionSet | undefined): string {
  const fitting = [process.versions.node, ...nodeVersionsToTest].filter(
    (each) => !set || satisfies(each, set.nodeRange),
  );
  return fitting.find((each) => typeof nodeVersion(each) === 'string') ?? fitting[0] ?? process.versions.node;
}

function expectExit(run: ProgramRun, exitCode: number, which: string): void {
  const ending = run.timedOut ? 'was killed at the timeout' : `ended with ${run.exitCode ?? run.signal}`;
  assert.ok(
    !run.timedOut && run.exitCode === exitCode,
    `${which} the program ${ending}, expected ${exitCode}\nstdout: ${run.stdout}\nstderr: ${run.stderr}`,
  );
}

function expectSameOutput(stream: string, without: string, withUs: string): void {
  if (without === withUs) return;
  const diff = diffLines(without.split('\n'), withUs.split('\n')).join('\n');
  assert.fail(`${stream} differs from the run without us (- without, + with us):\n${diff}`);
}

function exportTo(url: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // What is tested here is which spans there are; a machine that is busy gets the time to send them.
    OTEL_NODE_EXIT_TIMEOUT: '10000',
  };
}

const masked = (output: string, runId: string) => maskOutput(output.replaceAll(runId, '<run>'));

function serverVariables(servers: Record<string, TestServer>): Variables {
  const variables: Record<string, string | number> = {};
  for (const [name, { address }] of Object.entries(servers)) {
    const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
    variables[`${name}.address`] = address;
    variables[`${name}.host`] = hostname;
    variables[`${name}.port`] = Number(port);
  }
  return variables;
}

/** The same scenario on every exact Node version between which behaviour changes; elsewhere on the Node that runs the tests. */
export function scenarioOnEveryNode(name: string, options: Omit<ScenarioOptions, 'node'>): void {
  for (const node of nodeVersionsToTest) scenario(`${name} on Node ${node}`, { ...options, node });
}
