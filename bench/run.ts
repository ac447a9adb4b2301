import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from '../test/harness/install';
import { startPostgres } from '../test/harness/servers/postgres';
import { startRedis } from '../test/harness/servers/redis';
import { freePort } from '../test/harness/servers/server-process';
import { type Agent, agentsFor } from './agents';
import { startCollector } from './collector';
import {
  countSpansPerRequest,
  type LoadProgram,
  type LoadSample,
  measureLoad,
  type Surroundings,
} from './measure-load';
import { measureStart, type StartSample } from './measure-start';
import { runMicro } from './micro-run';
import { type NodeBinary, type Options, readOptions, usage } from './options';
import { loadTable, startTable } from './tables';

const programs: Record<'http' | 'express', LoadProgram> = {
  http: {
    title: '`node:http`, "hello"',
    file: 'http.cjs',
    path: '/hello',
    connections: 16,
    warmUpRequests: 30_000,
    requests: 60_000,
  },
  express: {
    title: 'Express, a PostgreSQL query, two Redis commands and an HTTP call a request',
    file: 'express.cjs',
    path: '/users/7',
    connections: 16,
    warmUpRequests: 6_000,
    requests: 12_000,
  },
};

async function main(options: Options): Promise<void> {
  ensureInstalled(__dirname);
  ensureInstalled(join(__dirname, '../test')); // PostgreSQL
  const sections = [describeRun(options)];
  console.log(sections[0]);
  for (const node of options.nodes) {
    for await (const section of measure(node, options)) {
      console.log(`\n${section}`);
      sections.push(section);
    }
  }
  if (!options.quick) writeFileSync(join(__dirname, 'results.md'), `${sections.join('\n\n')}\n`);
}

/** The tables of one Node, each as soon as it is there. */
async function* measure(node: NodeBinary, options: Options): AsyncGenerator<string> {
  const agents = agentsFor(node.version);
  const versions = agents.flatMap(({ name, version }) => (version ? [`${name} ${version}`] : []));
  yield `## Node.js ${node.version}\n\n${versions.join('; ')}`;

  if (options.parts.has('start')) yield startTable(await measureStarts(agents, node, options));
  for (const part of ['http', 'express'] as const) {
    if (options.parts.has(part))
      yield await measureProgram(scaled(programs[part], options), agents, node, options);
  }
  if (options.parts.has('micro')) yield await runMicro(node);
}

async function measureStarts(agents: readonly Agent[], node: NodeBinary, { rounds, quick }: Options) {
  const collector = await startCollector();
  const nobody = `http://127.0.0.1:${await freePort()}`;
  try {
    const samples = agents.map((agent) => ({
      agent,
      withCollector: [] as StartSample[],
      withoutCollector: [] as StartSample[],
    }));
    // Starts are short: more of them cost little, and their spread is wide.
    for (let round = 0; round < (quick ? rounds : rounds * 2); round++) {
      for (const { agent, withCollector, withoutCollector } of samples) {
        withCollector.push(await measureStart(agent, node.path, collector.url));
        withoutCollector.push(await measureStart(agent, node.path, nobody));
      }
    }
    return samples;
  } finally {
    collector.stop();
  }
}

async function measureProgram(
  program: LoadProgram,
  agents: readonly Agent[],
  node: NodeBinary,
  { rounds }: Options,
): Promise<string> {
  const collector = await startCollector();
  const servers = program.file === 'express.cjs' ? await startServers() : undefined;
  const surroundings: Surroundings = { node: node.path, collector, env: servers?.env ?? {} };
  try {
    const results: { agent: Agent; spansPerRequest: number; samples: LoadSample[] }[] = [];
    for (const agent of agents) {
      const spansPerRequest = await countSpansPerRequest(program, agent, surroundings);
      results.push({ agent, spansPerRequest, samples: [] });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { agent, spansPerRequest, samples } of results) {
        samples.push(await measureLoad(program, agent, spansPerRequest, surroundings));
      }
    }
    return loadTable(program, results);
  } finally {
    await servers?.stop();
    collector.stop();
  }
}

/** What the Express program talks to; the HTTP server it calls is the other program, without an agent. */
async function startServers() {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const upstream = fork(join(__dirname, 'programs/http.cjs'), { execArgv: [] });
  const [{ port }] = (await once(upstream, 'message')) as [{ port: number }];
  return {
    env: {
      PG_URL: postgres.address,
      REDIS_URL: redis.address,
      UPSTREAM_URL: `http://127.0.0.1:${port}/hello`,
    },
    async stop() {
      upstream.disconnect();
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

function scaled(program: LoadProgram, { quick }: Options): LoadProgram {
  if (!quick) return program;
  return {
    ...program,
    warmUpRequests: Math.ceil(program.warmUpRequests / 4),
    requests: Math.ceil(program.requests / 4),
  };
}

function describeRun({ rounds }: Options): string {
  const [cpu] = cpus();
  const gibibytes = (totalmem() / 2 ** 30).toFixed(1);
  return `# Results of \`npm run bench\`

${new Date().toISOString().slice(0, 10)}; ${cpus().length} x ${cpu?.model}, ${gibibytes} GiB, ${process.platform} ${process.arch}; ${rounds} rounds.
Median (lowest..highest). How it is measured: [README.md](README.md).`;
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

if (process.argv.includes('--help')) console.log(usage);
else
  main(optionsOrExit()).catch((error: Error) => {
    console.error(error.stack);
    process.exit(1);
  });
