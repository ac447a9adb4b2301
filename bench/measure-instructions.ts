import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from './agents';
import { callgrind, type Instructions, readDump } from './callgrind';
import { startCollector } from './collector';
import { sendRequests } from './load';
import type { LoadProgram } from './measure-load';
import { type Script, scripts, writeScripts } from './measure-modules';
import { bareEnvironment, type Surroundings, withProgram } from './program';

/** Of a request. */
export interface RequestInstructions extends Instructions {
  readonly agent: Agent;
  readonly spans: number;
}

/** Valgrind runs a program fifty times slower than it is. */
const connections = 8;
const warmUpRequests = 8_000;
const requests = 1_000;
const programsAtOnce = 2;

/** Counts what a request takes under each agent: the same on a machine whose clock is worth little. @throws Error where Valgrind is not installed */
export async function countInstructions(
  program: LoadProgram,
  agents: readonly Agent[],
  surroundings: Omit<Surroundings, 'collector'>,
): Promise<RequestInstructions[]> {
  const results: RequestInstructions[] = [];
  const waiting = [...agents.entries()];
  await Promise.all(
    Array.from({ length: programsAtOnce }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        results[next[0]] = await countOne(program, next[1], surroundings);
    }),
  );
  return results;
}

async function countOne(
  { file, path }: LoadProgram,
  agent: Agent,
  surroundings: Omit<Surroundings, 'collector'>,
): Promise<RequestInstructions> {
  const collector = await startCollector();
  const directory = mkdtempSync(join(tmpdir(), 'callgrind-'));
  const under = [...callgrind(directory), '--instr-atstart=no'];
  try {
    return await withProgram(file, agent, { ...surroundings, collector, under }, async ({ port, pid }) => {
      const load = { port, path, connections };
      const control = (what: string) =>
        execFileSync('callgrind_control', [what, String(pid)], { stdio: 'ignore' });
      await sendRequests(load, warmUpRequests);
      const spansBefore = collector.taken.spans;
      control('--instr=on');
      const sent = await sendRequests(load, requests);
      control('--instr=off');
      control('--dump');
      const { compiling, others } = readDump(directory);
      const spans = collector.taken.spans - spansBefore;
      return { agent, spans: spans / sent, compiling: compiling / sent, others: others / sent };
    });
  } finally {
    collector.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Of whole processes. */
export interface ScriptInstructions {
  readonly agent: Agent;
  readonly all: Readonly<Record<Script, number>>;
}

/** Counts what the scripts take that load nothing, or 1,000 modules which no agent knows. @throws Error where Valgrind is not installed */
export function countInstructionsOfScripts(agents: readonly Agent[], node: string): ScriptInstructions[] {
  const { paths, remove } = writeScripts();
  try {
    return agents.map((agent) => {
      const counts = scripts.map((script) => [script, countProcess(agent, node, paths[script])]);
      return { agent, all: Object.fromEntries(counts) as Record<Script, number> };
    });
  } finally {
    remove();
  }
}

function countProcess(agent: Agent, node: string, script: string): number {
  const directory = mkdtempSync(join(tmpdir(), 'callgrind-'));
  try {
    const [command, ...options] = callgrind(directory);
    const preload = agent.preload ? ['--require', agent.preload] : [];
    const env = { ...bareEnvironment(), ...agent.env('http://127.0.0.1:1') };
    execFileSync(command, [...options, node, ...preload, script], { env, stdio: 'ignore' });
    const { compiling, others } = readDump(directory);
    return compiling + others;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
