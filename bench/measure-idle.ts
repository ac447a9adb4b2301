import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Agent, knownAgents, withSettings } from './agents';
import { startCollector } from './collector';
import { sendRequests } from './load';
import { startProgram, withPrograms } from './program';

export interface IdleResult {
  readonly name: string;
  /** Of all threads: each time one of them had slept and went on. */
  readonly wakeUpsPerSecond: number;
  readonly cpuMillisPerSecond: number;
}

/**
 * Since the last request: batches have left, connections are quiet, and V8 is done with a process that has come to rest: 30 s after the start it looks
 * whether little is allocated, and then collects once or twice (some 90 wake-ups; `node --trace-memory-reducer` tells).
 */
const settleMillis = 45_000;
export const idleSeconds = 20;

/**
 * Watches servers that have answered a request and now wait, all at the same time: none disturbs another.
 *
 * @throws Error where there is no Linux with `/proc`
 */
export async function measureIdle(agents: readonly Agent[], node: string): Promise<IdleResult[]> {
  const { bare, ours, sameLibraries } = knownAgents(agents);
  const all = [
    bare,
    withSettings(ours, `${ours.name}, traces`, {}),
    withSettings(ours, `${ours.name}, all signals`, {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
    }),
    withSettings(sameLibraries, 'auto-instrumentations, traces', {}),
    ...agents.slice(3),
  ];
  const collector = await startCollector();
  try {
    const starts = all.map((agent) => () => startProgram('http.cjs', agent, { node, collector, env: {} }));
    return await withPrograms(starts, async (programs) => {
      for (const { port } of programs) await sendRequests({ port, path: '/hello', connections: 1 }, 1);
      await sleep(settleMillis);
      const before = programs.map(({ pid }) => scheduled(pid));
      await sleep(idleSeconds * 1000);
      return programs.map(({ pid }, index) => {
        const after = scheduled(pid);
        return {
          name: all[index]!.name,
          wakeUpsPerSecond: (after.wakeUps - before[index]!.wakeUps) / idleSeconds,
          cpuMillisPerSecond: (after.cpuMillis - before[index]!.cpuMillis) / idleSeconds,
        };
      });
    });
  } finally {
    collector.stop();
  }
}

/** From the kernel, so that the process sleeps on (Linux, `proc_pid_status(5)` and "Scheduler Statistics"). */
function scheduled(pid: number): { wakeUps: number; cpuMillis: number } {
  let wakeUps = 0;
  let cpuMillis = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const read = (name: string) => readFileSync(`/proc/${pid}/task/${thread}/${name}`, 'utf8');
    wakeUps += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read('status'))![1]);
    cpuMillis += Number(read('schedstat').split(' ')[0]) / 1e6;
  }
  return { wakeUps, cpuMillis };
}
