import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { satisfies } from 'semver';
import { assertMetricsConform } from './conventions';
import type { DecodedMetric } from './decode-metrics';
import { drawMetrics } from './draw-metrics';
import { ensureInstalled } from './install';
import { nodeVersion, nodeVersionsToTest } from './node-versions';
import { startOtlpReceiver } from './otlp-receiver';
import { runProgram } from './run-program';
import { type TestServer, Unavailable } from './servers/server';
import { addresses, startOnce } from './servers/start-once';
import { layProgram } from './twin';
import { fixturesDirectory, type VersionSet, versionSets } from './version-sets';

export interface MetricScenarioOptions {
  /** Directory below `fixtures/` with the user's program. */
  readonly fixture: string;
  /** The program in it, without extension. Default: `app`. */
  readonly app?: string;
  /** Whose version sets to run on; none for what is part of Node. */
  readonly library?: string;
  readonly versions?: string;
  /** A server `pg` gives the program `PG_ADDRESS`, and the drawing `{pg}` for `server.*` and `{pg.address}` for `<host>:<port>`. */
  readonly servers?: Readonly<Record<string, () => Promise<TestServer>>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Exact Node version; then only sampled. Default: the one that runs the tests. */
  readonly node?: string;
  /** Scopes (without `otel-instrument/`) whose metrics are drawn; default: all. */
  readonly scopes?: readonly string[];
  /** What {@link drawSteadily} draws. */
  readonly expect: string | ((version: string) => string);
}

/** What changes which spans there are, and must not change a metric. */
const sampling: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sampled: {},
  'OTEL_TRACES_SAMPLER=always_off': { OTEL_TRACES_SAMPLER: 'always_off' },
  'OTEL_TRACES_EXPORTER=none': { OTEL_TRACES_EXPORTER: 'none' },
};

/**
 * Registers tests that run a program under the preload, check the metrics that came when it ended against the semantic conventions, and compare
 * them with a drawing: on each version of the
 * library, and on the newest also where no span is sampled and where nobody exports spans.
 */
export function metricScenario(name: string, options: MetricScenarioOptions): void {
  const { library, versions = '*', node = process.versions.node } = options;
  const sets = library
    ? versionSets(library).filter((set) => satisfies(set.version, versions) && satisfies(node, set.nodeRange))
    : [undefined];
  if (sets.length === 0) throw new Error(`${name}: no version set of ${library} fits`);
  const isThorough = (set: VersionSet | undefined) => options.node === undefined && set === sets.at(-1);
  describe(`metrics: ${name}`, () => {
    const servers = startOnce(options.servers ?? {});
    after(servers.stop);
    for (const set of sets) {
      for (const [title, env] of Object.entries(isThorough(set) ? sampling : { sampled: {} }))
        test(`${set ? basename(set.directory) : name}, ${title}`, (context) =>
          runScenario(context, options, set, env, servers.start));
    }
  });
}

/** The same scenario on every exact Node version between which behaviour changes. */
export function metricScenarioOnEveryNode(name: string, options: Omit<MetricScenarioOptions, 'node'>): void {
  metricScenario(name, options);
  for (const node of nodeVersionsToTest) metricScenario(`${name} on Node ${node}`, { ...options, node });
}

async function runScenario(
  context: TestContext,
  options: MetricScenarioOptions,
  set: VersionSet | undefined,
  env: Readonly<Record<string, string>>,
  startServers: () => Promise<Record<string, TestServer>>,
): Promise<void> {
  const node = nodeVersion(options.node ?? process.versions.node);
  if (typeof node !== 'string') return context.skip(node.message);
  let servers: Record<string, TestServer>;
  try {
    servers = await startServers();
  } catch (error) {
    if (error instanceof Unavailable) return context.skip(error.message);
    throw error;
  }
  if (set) ensureInstalled(fixturesDirectory);
  const fixture = join(fixturesDirectory, options.fixture);
  const directory = set?.directory ?? fixture;
  const program = join(layProgram(fixture, directory), `${options.app ?? 'app'}.mjs`);
  const runId = randomBytes(4).toString('hex');
  const receiver = await startOtlpReceiver();
  try {
    const { exitCode, stderr } = await runProgram([program], {
      node,
      cwd: directory,
      preload: true,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_METRICS_EXEMPLAR_FILTER: 'always_off',
        OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'runtime-node,process-metrics',
        OTEL_NODE_EXIT_TIMEOUT: '10000',
        RUN_ID: runId,
        ...addresses(servers),
        ...options.env,
        ...env,
      },
    });
    assert.equal(exitCode, 0, stderr);
    await receiver.drained();
    assertMetricsConform(receiver.metrics);
    const { expect, scopes } = options;
    const drawing = typeof expect === 'string' ? expect : expect(set?.version ?? '');
    const isDrawn = ({ scope }: DecodedMetric) =>
      scopes?.includes(scope.name.replace('otel-instrument/', '')) ?? true;
    assert.equal(
      drawSteadily(receiver.metrics.filter(isDrawn), { ...variables(servers), 'run.id': runId }),
      normalized(drawing),
    );
  } finally {
    await receiver.stop();
  }
}

/**
 * Draws metrics by name, without what differs from run to run: of times only their count is left, ports of loopback servers are `{port}`, and
 * values of `variables` their names.
 */
export function drawSteadily(
  metrics: readonly DecodedMetric[],
  variables: Readonly<Record<string, string>> = {},
): string {
  const sorted = [...metrics].sort((a, b) => order(a).localeCompare(order(b)));
  let drawn = drawMetrics(sorted.map((metric) => ({ ...metric, description: '' })));
  for (const [name, value] of Object.entries(variables)) drawn = drawn.replaceAll(value, `{${name}}`);
  return drawn
    .replace(/^(\S+)( \S+)? https:.*$/gm, '$1')
    .replace(/^otel-instrument\/(\S+) .*$/gm, '$1')
    .replace(/(server\.port=)\d{4,5}\b/g, '$1{port}')
    .replace(/(\d:)\d{4,5}\b/g, '$1{port}')
    .split(/\n(?= {2}\S)/)
    .map((metric) => (/^ {2}\S+ s histogram/.test(metric) ? metric.replace(/ sum=.*$/gm, '') : metric))
    .join('\n');
}

const order = ({ scope, name }: DecodedMetric) => `${scope.name} ${name}`;

/** Without the indentation of the test file and comment lines. */
function normalized(drawing: string): string {
  const lines = drawing.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent).trimEnd()).join('\n');
}

function variables(servers: Readonly<Record<string, TestServer>>): Record<string, string> {
  const pairs = Object.entries(servers).flatMap(([name, { address }]) => {
    const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
    return [
      [name, `server.address=${hostname} server.port=${port}`],
      [`${name}.address`, `${hostname}:${port}`],
    ];
  });
  return Object.fromEntries(pairs);
}
