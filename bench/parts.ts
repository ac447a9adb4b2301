import { type Agent, agentsFor, knownAgents } from './agents';
import { startCollector } from './collector';
import { measureDelay, requestsPerSecond } from './measure-delay';
import { measureFirstSpans } from './measure-first-span';
import { idleSeconds, measureIdle } from './measure-idle';
import { countInstructions, countInstructionsOfScripts } from './measure-instructions';
import { countSpansPerRequest, type LoadProgram, type LoadSample, measureLoad } from './measure-load';
import { measureModules } from './measure-modules';
import { measureNone, quietAgents } from './measure-none';
import { emptyScript, findLoaded, measureStarts } from './measure-start';
import { measureThroughput } from './measure-throughput';
import { runMicro } from './micro-run';
import type { NodeBinary, Options, PartName } from './options';
import { rotated, roundsOf, twice } from './rounds';
import { type Servers, startServers } from './servers';
import {
  delayTable,
  firstSpanTable,
  idleTable,
  instructionsTable,
  loadTable,
  modulesTable,
  noneTable,
  quietInstructionsTable,
  scriptInstructionsTable,
  startTable,
  throughputTable,
} from './tables';

/** What a part is measured with. */
export interface Setting {
  readonly node: NodeBinary;
  readonly options: Options;
}

/** One part of the bench. Each bounds its own time; together they take about 17 minutes on a Node. */
export interface Part {
  readonly title: string;
  /** @returns its tables. @throws Error when a program or an agent fails. */
  measure(setting: Setting): Promise<string>;
}

const http: LoadProgram = {
  title: '`node:http`, "hello"',
  file: 'http.cjs',
  path: '/hello',
  connections: 16,
  warmUpRequests: 30_000,
  requests: 40_000,
  maxMillis: 5_000,
};

const express: LoadProgram = {
  title: 'Express, a PostgreSQL query, two Redis commands and an HTTP call a request',
  file: 'express.cjs',
  path: '/users/7',
  connections: 16,
  // Until V8 has compiled what a request goes through, an agent's part too; on two cores its threads count.
  warmUpRequests: 16_000,
  requests: 6_000,
  maxMillis: 8_000,
};

export const parts = {
  start: { title: 'Empty script, from start to end', measure: start },
  first: { title: 'The Express program, from start until its first request has been traced', measure: first },
  modules: { title: 'Programs that load 1,000 unrelated modules', measure: modules },
  http: { title: http.title, measure: (setting) => load(http, setting) },
  express: { title: express.title, measure: (setting) => load(express, setting) },
  none: { title: 'Nobody wants spans', measure: none },
  delay: { title: 'Event-loop delay', measure: delay },
  idle: { title: 'Idle', measure: idle },
  throughput: { title: '50,000 spans a second', measure: throughput },
  micro: { title: 'Microbenchmarks', measure: micro },
  instructions: { title: 'The Express program, instructions counted', measure: instructions },
} satisfies Record<PartName, Part>;

async function start({ node, options }: Setting): Promise<string> {
  const agents = agentsFor(node.version);
  const most = options.quick ? options.rounds : options.rounds * 2; // short, and their spread is wide
  const results = await measureStarts(agents, node.path, { most, least: options.leastRounds, seconds: 60 });
  return startTable(results, await findLoaded(knownAgents(agents).ours, node.path, emptyScript));
}

function first({ node, options }: Setting): Promise<string> {
  return withServers(async ({ env }) => {
    const agents = agentsFor(node.version);
    const rounds = { most: options.rounds, least: options.leastRounds, seconds: 45 };
    const { ours } = knownAgents(agents);
    const { results, loaded } = await measureFirstSpans(agents, ours, { node: node.path, env }, rounds);
    return firstSpanTable(results, loaded);
  });
}

async function modules({ node, options }: Setting): Promise<string> {
  const { bare, ours, sameLibraries } = knownAgents(agentsFor(node.version));
  const rounds = { most: options.rounds * 2, least: options.leastRounds, seconds: 45 };
  const { results, loaded } = await measureModules([bare, ours, sameLibraries], ours, node.path, rounds);
  return modulesTable(results, loaded);
}

function load(program: LoadProgram, { node, options }: Setting): Promise<string> {
  const scaledProgram = scaled(program, options);
  return withServers(async ({ env }) => {
    const agents = agentsFor(node.version);
    const collector = await startCollector();
    const surroundings = { node: node.path, collector, env };
    try {
      const spans = await countSpansPerRequest(scaledProgram, agents, { node: node.path, env });
      const results = agents.map((agent, index) => ({
        agent,
        spansPerRequest: spans[index]!,
        samples: [] as LoadSample[],
      }));
      for (const round of roundsOf({ most: options.rounds, least: options.leastRounds, seconds: 190 })) {
        for (const { agent, spansPerRequest, samples } of rotated(results, round))
          samples.push(await twice(() => measureLoad(scaledProgram, agent, spansPerRequest, surroundings)));
      }
      return loadTable(scaledProgram, results);
    } finally {
      collector.stop();
    }
  }, program === express);
}

function none({ node, options }: Setting): Promise<string> {
  return withServers(async ({ env }) => {
    const { bare, ours } = knownAgents(agentsFor(node.version));
    const tables: string[] = [];
    for (const [name, program] of Object.entries({ 'node:http': http, Express: express })) {
      const results = await measureNone(
        program,
        bare,
        ours,
        { node: node.path, env },
        { most: options.rounds, least: options.quick ? 1 : options.leastRounds, seconds: 45 },
      );
      tables.push(noneTable(name, results));
    }
    return tables.join('\n\n');
  });
}

async function delay({ node, options }: Setting): Promise<string> {
  const rounds = { most: options.quick ? 2 : 7, least: 2, seconds: 130 };
  const { delays, slices } = await measureDelay(agentsFor(node.version), node.path, rounds);
  return delayTable(delays, slices, requestsPerSecond);
}

async function idle({ node }: Setting): Promise<string> {
  return idleTable(await measureIdle(agentsFor(node.version), node.path), idleSeconds);
}

async function throughput({ node, options }: Setting): Promise<string> {
  const { ours } = knownAgents(agentsFor(node.version));
  return throughputTable(await measureThroughput(ours, node.path, options.quick ? 20 : 60));
}

async function micro({ node, options }: Setting): Promise<string> {
  return runMicro(node, agentsFor(node.version), options.quick ? 2 : 9);
}

function instructions({ node }: Setting): Promise<string> {
  const agents = agentsFor(node.version);
  const { bare, ours } = knownAgents(agents);
  return withServers(async ({ env }) => {
    const surroundings = { node: node.path, env };
    const ofRequests = await countInstructions(express, agents, surroundings);
    const ofQuiet = await countInstructions(express, quietAgents(bare, ours), surroundings);
    const ofScripts = countInstructionsOfScripts([bare, ours], node.path);
    return [
      instructionsTable(ofRequests),
      quietInstructionsTable(ofQuiet),
      scriptInstructionsTable(ofScripts),
    ].join('\n\n');
  });
}

/** @param areNeeded - of the programs, only Express talks to servers. */
async function withServers<T>(
  use: (servers: Pick<Servers, 'env'>) => Promise<T>,
  areNeeded = true,
): Promise<T> {
  if (!areNeeded) return use({ env: {} });
  const servers = await startServers();
  try {
    return await use(servers);
  } finally {
    await servers.stop();
  }
}

function scaled(program: LoadProgram, { quick }: Options): LoadProgram {
  if (!quick) return program;
  return {
    ...program,
    warmUpRequests: Math.ceil(program.warmUpRequests / 4),
    requests: Math.ceil(program.requests / 4),
    maxMillis: Math.ceil(program.maxMillis / 4),
  };
}

/** For the heading. */
export function describeAgents(agents: readonly Agent[]): string {
  return agents.flatMap(({ name, version }) => (version ? [`${name} ${version}`] : [])).join('; ');
}
