import { join } from 'node:path';
import { type Agent, withSettings } from './agents';
import { startCollector } from './collector';
import { sendRequests } from './load';
import type { LoadProgram } from './measure-load';
import { type Surroundings, startProgram, withPrograms } from './program';
import { type Rounds, rotated, roundsOf } from './rounds';

/** A program of which no spans are wanted. */
export interface NoneResult {
  readonly name: string;
  readonly cpuMicros: number[];
  /** To the bare program's, and to that of the program with the floor, in the same round. */
  readonly toBare: number[];
  readonly toFloor: number[];
}

const off = {
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};

/**
 * Differences of 1 % are less than a machine drifts in a second and than two processes of the same program differ. So several processes of each
 * live at once and take turns of a fraction of a second, and each set of processes is followed by a fresh one.
 */
const turns = 10;
const turnMillis = 400;
const warmUpMillis = 2_000;
const all = Number.POSITIVE_INFINITY;

/** Bare, with nothing but an AsyncLocalStorage, with all exporters off, and with logs alone. */
export function quietAgents(bare: Agent, ours: Agent): Agent[] {
  return [
    bare,
    { ...bare, name: 'an AsyncLocalStorage entered a request', preload: contextFloor },
    withSettings(ours, 'all exporters none, OTEL_PROPAGATORS unset', off),
    withSettings(ours, 'traces none, logs on', { ...off, OTEL_LOGS_EXPORTER: 'otlp' }),
  ];
}

/** Measures a program bare, with all exporters off, with logs alone, and with nothing but an AsyncLocalStorage entered a request. */
export async function measureNone(
  program: LoadProgram,
  bare: Agent,
  ours: Agent,
  surroundings: Omit<Surroundings, 'collector'>,
  rounds: Rounds,
): Promise<NoneResult[]> {
  const agents = quietAgents(bare, ours);
  const results = agents.map(({ name }) => ({
    name,
    cpuMicros: [] as number[],
    toBare: [] as number[],
    toFloor: [] as number[],
  }));
  const collector = await startCollector();
  try {
    for (const _ of roundsOf(rounds)) {
      const starts = agents.map(
        (agent) => () => startProgram(program.file, agent, { ...surroundings, collector }),
      );
      await withPrograms(starts, async (programs) => {
        const runs = programs.map(({ port, cpuMicros }, index) => ({
          index,
          load: { port, path: program.path, connections: program.connections },
          cpuMicros,
        }));
        for (const { load } of runs) await sendRequests(load, all, warmUpMillis);
        for (let turn = 0; turn < turns; turn++) {
          const cpu: number[] = [];
          for (const { index, load, cpuMicros } of rotated(runs, turn)) {
            const before = await cpuMicros();
            const requests = await sendRequests(load, all, turnMillis);
            cpu[index] = ((await cpuMicros()) - before) / requests;
          }
          results.forEach((result, index) => {
            result.cpuMicros.push(cpu[index]!);
            result.toBare.push(cpu[index]! / cpu[0]!);
            result.toFloor.push(cpu[index]! / cpu[1]!);
          });
        }
      });
    }
    return results;
  } finally {
    collector.stop();
  }
}

const contextFloor = join(__dirname, 'programs', 'context-floor.cjs');
