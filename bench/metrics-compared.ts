import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DecodedMetric } from '../test/harness/decode-metrics';
import { ensureInstalled } from '../test/harness/install';
import { startOtlpReceiver } from '../test/harness/otlp-receiver';
import { type Agent, agentsFor } from './agents';

import { sendRequests } from './load';
import { bareEnvironment } from './program';
import { startServers } from './servers';

/** A metric as an agent sends it. */
interface Emitted {
  readonly kind: string;
  readonly unit: string;
  /** Of all its series. */
  readonly attributes: Set<string>;
}

type Metrics = ReadonlyMap<string, Emitted>;

/** Both with all instrumentations and metrics that are on when nobody says anything. */
const compared = ['otel-instrument', 'auto-instrumentations, defaults'] as const;

/** `tsx bench/metrics-compared.ts`: writes metrics.md, which metrics and attributes come from the Express program under two agents. */
async function main(): Promise<void> {
  ensureInstalled(__dirname);
  ensureInstalled(join(__dirname, '../test')); // PostgreSQL
  const agents = agentsFor(process.versions.node).filter(({ name }) => compared.includes(name as never));
  const servers = await startServers();
  try {
    const found: { agent: Agent; metrics: Metrics }[] = [];
    for (const agent of agents) found.push({ agent, metrics: await run(agent, servers.env) });
    const text = report(found);
    console.log(text);
    writeFileSync(join(__dirname, 'metrics.md'), text);
  } finally {
    await servers.stop();
  }
}

/** Runs the program under an agent, with some requests and a collection after the last, and returns what came. */
async function run(agent: Agent, env: Readonly<Record<string, string>>): Promise<Metrics> {
  const receiver = await startOtlpReceiver();
  const child = fork(join(__dirname, 'programs/express.cjs'), {
    execArgv: ['--expose-gc', '--require', agent.preload!],
    env: {
      ...bareEnvironment(),
      ...env,
      ...agent.env(receiver.url),
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '900',
    },
  });
  try {
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    await sendRequests({ port, path: '/users/7', connections: 4 }, 100);
    const isComplete = collections(receiver.requests.length + 2);
    receiver.answer = isComplete.answer;
    await isComplete.promise;
  } finally {
    child.kill('SIGKILL');
    await receiver.stop();
  }
  return merge(receiver.metrics);

  /** Resolves when so many requests with metrics have come. */
  function collections(count: number) {
    let resolve: () => void;
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    const answer = () => {
      if (receiver.requests.filter(({ path }) => path === '/v1/metrics').length >= count) resolve();
      return undefined;
    };
    return { promise, answer };
  }
}

function merge(metrics: readonly DecodedMetric[]): Metrics {
  const merged = new Map<string, Emitted>();
  for (const { name, type, isMonotonic, unit, points } of metrics) {
    const kind = type === 'sum' ? (isMonotonic ? 'counter' : 'up-down counter') : type;
    const { attributes } = merged.get(name) ?? { attributes: new Set<string>() };
    for (const point of points) for (const key of Object.keys(point.attributes)) attributes.add(key);
    merged.set(name, { kind, unit, attributes });
  }
  return merged;
}

function report(found: readonly { agent: Agent; metrics: Metrics }[]): string {
  const names = [...new Set(found.flatMap(({ metrics }) => [...metrics.keys()]))].sort();
  const rows = names.map((name) => [
    `\`${name}\``,
    ...found.map(({ metrics }) => describe(metrics.get(name))),
  ]);
  const heads = found.map(
    ({ agent, metrics }) => `${agent.name.split(',')[0]} ${agent.version}: ${metrics.size} metrics`,
  );
  const lines = [['metric', ...heads], ['---', ...heads.map(() => '---')], ...rows];
  return `# The metrics of one program

Express, a PostgreSQL query, two Redis commands and an HTTP call a request ([programs/express.cjs](programs/express.cjs)), on Node.js
${process.versions.node}, with the metrics that are on by default. Written by \`npx tsx bench/metrics-compared.ts\`.

${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`;
}

function describe(emitted: Emitted | undefined): string {
  if (emitted === undefined) return '-';
  const { kind, unit, attributes } = emitted;
  const keys = [...attributes].sort().map((key) => `\`${key}\``);
  return `${kind} (${unit || 'no unit'})${keys.length > 0 ? `: ${keys.join(', ')}` : ''}`;
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
