import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from './agents';
import { startCollector } from './collector';
import { sendRequests } from './load';
import type { LoadProgram } from './measure-load';
import { type Surroundings, withProgram } from './program';

/** Instructions of a request in the program's process, all threads; the kernel's are not among them. */
export interface InstructionCounts {
  readonly agent: Agent;
  /** Of V8's parsers and compilers, which are done one day: with more warm-up there are fewer. */
  readonly compiling: number;
  readonly others: number;
}

/** Valgrind runs a program fifty times slower than it is. */
const connections = 8;
const warmUpRequests = 8_000;
const requests = 1_000;
const programsAtOnce = 2;

/**
 * Counts what a request takes under each agent, by Valgrind's callgrind: the same on a machine whose clock is worth little.
 *
 * @throws Error where Valgrind is not installed
 */
export async function countInstructions(
  program: LoadProgram,
  agents: readonly Agent[],
  surroundings: Omit<Surroundings, 'collector'>,
): Promise<InstructionCounts[]> {
  execFileSync('valgrind', ['--version']);
  const results: InstructionCounts[] = [];
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
): Promise<InstructionCounts> {
  const directory = mkdtempSync(join(tmpdir(), 'callgrind-'));
  const collector = await startCollector();
  const callgrind = [
    'valgrind',
    '--tool=callgrind',
    '--quiet',
    '--smc-check=all-non-file', // V8 replaces its code
    '--instr-atstart=no',
    `--callgrind-out-file=${directory}/out`,
  ];
  try {
    return await withProgram(
      file,
      agent,
      { ...surroundings, collector, under: callgrind },
      async (running) => {
        const { port, pid } = running;
        const control = (...what: string[]) =>
          execFileSync('callgrind_control', [...what, String(pid)], { stdio: 'ignore' });
        await sendRequests({ port, path, connections }, warmUpRequests);
        control('--instr=on');
        const sent = await sendRequests({ port, path, connections }, requests);
        control('--instr=off');
        control('--dump');
        if (agent.preload && collector.taken.spans === 0) throw new Error(`${agent.name} delivered nothing`);
        const dumps = readdirSync(directory).filter((name) => name.startsWith('out.'));
        const { compiling, others } = addUp(readFileSync(join(directory, dumps.sort()[0]!), 'utf8'));
        return { agent, compiling: compiling / sent, others: others / sent };
      },
    );
  } finally {
    collector.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const ofCompilers =
  /v8::internal::(?:compiler|maglev|interpreter|baseline|parsing|Parser|PreParser|Scanner|Zone|Optimized|Pipeline|Turbo|MacroAssembler|Assembler|TickCounter)/;

/**
 * Adds up a dump, function by function: `fn=(12) name` (the name only the first time), then lines of `position cost`; after `calls=` stands what the
 * called functions took, which is theirs.
 *
 * @see https://valgrind.org/docs/manual/cl-format.html
 */
function addUp(dump: string): { compiling: number; others: number } {
  const isCompiler = new Map<string, boolean>();
  const sums = { compiling: 0, others: 0 };
  let current: keyof typeof sums = 'others';
  let isOfCalled = false;
  for (const line of dump.split('\n')) {
    const named = /^c?fn=(\(\d+\))(?: (.*))?/.exec(line);
    if (named) {
      const [, id = '', name] = named;
      if (name !== undefined) isCompiler.set(id, ofCompilers.test(name.split('(')[0]!));
      if (line.startsWith('fn=')) current = isCompiler.get(id) ? 'compiling' : 'others';
    } else if (line.startsWith('calls=')) isOfCalled = true;
    else if (/^[\d+*-]/.test(line)) {
      if (!isOfCalled) sums[current] += Number(line.split(' ')[1] ?? 0);
      isOfCalled = false;
    }
  }
  return sums;
}
