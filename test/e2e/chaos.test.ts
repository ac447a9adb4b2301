import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { ExportCounters } from '../../src/export/ledger';
import { type ChaosCollector, type Fault, faults, startChaosCollector } from '../harness/chaos-collector';
import { startLoad } from '../harness/paced-load';
import { startProgram } from '../harness/run-program';

const program = join(__dirname, '../../fixtures/core/serve.cjs');

/** `npm run soak` goes round twice, and then faults last long enough for requests to time out and for the breaker to open. */
const rounds = Number(process.env.SOAK_ROUNDS ?? 1);
const faultMillis = (round: number) => (round === 0 ? 2500 : 12_000);
const maxResumeMillis = 5000;
/** What this machine may add. */
const schedulingMillis = 500;
const requestsPerSecond = 2000;
/** A machine that cannot keep this up shows nothing. */
const minPerSecond = 1980;
/** Of the whole process; queue and requests under way are 16 MB at the most. */
const maxGrowthMegabytes = 64;

test(`under load, while the collector goes through ${faults.length} faults`, {
  timeout: 600_000,
}, async (t) => {
  const collector = await startChaosCollector();
  t.after(() => collector.stop());
  const running = startProgram([program], {
    preload: true,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_LOG_LEVEL: 'debug',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    },
    timeoutMillis: 600_000,
  });
  t.after(() => running.child.kill('SIGKILL'));
  const port = Number((await running.waitForStdout(/port (\d+);/))[1]);
  const load = await startLoad(port, requestsPerSecond);
  await nextDelivery(collector);
  await setTimeout(3000);
  const { pid } = running.child;
  const memoryBefore = residentMegabytes(pid!);
  let mostMemory = 0;
  const spentBefore = spentMicros(pid!);
  const answeredBefore = load.answered;

  for (let round = 0; round < rounds; round++) {
    for (const fault of faults) {
      await goThrough(t, collector, fault, faultMillis(round));
      mostMemory = Math.max(mostMemory, residentMegabytes(pid!));
    }
  }

  const rate = Math.round(load.perSecond);
  const spent = spentMicros(pid!);
  const perRequest = (who: 'program' | 'driver') =>
    Math.round((spent[who] - spentBefore[who]) / (load.answered - answeredBefore));
  await load.stop();
  t.diagnostic(`${load.answered} requests, ${rate} a second; ${memoryBefore} MB, at most ${mostMemory} MB`);
  t.diagnostic(
    `CPU a request: the program ${perRequest('program')} µs, driver and collector ${perRequest('driver')} µs`,
  );
  // The span of this request ends with the process.
  get({ port, path: '/exit' }).on('error', () => {});
  const { stderr, exitCode, signal } = await running.ended;
  t.diagnostic(stderr);

  assert.deepEqual([exitCode, signal], [0, null]);
  assert.ok(rate >= minPerSecond, `only ${rate} requests a second`);
  assert.ok(mostMemory - memoryBefore < maxGrowthMegabytes, `${memoryBefore} MB grew to ${mostMemory} MB`);
  const lines = stderr.trimEnd().split('\n');
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('otel-instrument: ')),
    [],
    'no warning of Node',
  );
  assertOneLineEach(lines);
  assertAccounts(
    JSON.parse(/spans by fate: (.*)/.exec(stderr)![1]!) as ExportCounters,
    load.answered + 1,
    collector,
  );
});

async function goThrough(
  t: TestContext,
  collector: ChaosCollector,
  fault: Fault,
  millis: number,
): Promise<void> {
  await collector.behave(fault);
  await setTimeout(millis);
  await collector.behave(undefined);
  const recoveredAt = performance.now();
  await nextDelivery(collector);
  const resumeMillis = Math.round(performance.now() - recoveredAt);
  t.diagnostic(`${fault}: delivered again after ${resumeMillis} ms`);
  assert.ok(
    resumeMillis < maxResumeMillis + schedulingMillis,
    `${fault}: delivered again only after ${resumeMillis} ms`,
  );
  await setTimeout(500);
}

async function nextDelivery(collector: ChaosCollector): Promise<void> {
  const isAnswered = await Promise.race([
    collector.nextAnswered().then(() => true),
    setTimeout(30_000, false, { ref: false }),
  ]);
  assert.ok(isAnswered, 'nothing is delivered any more');
}

/** Lost and back take turns. */
function assertOneLineEach(lines: readonly string[]): void {
  const states = lines.flatMap((line) => /: (cannot export|exporting) /.exec(line)?.[1] ?? []);
  for (const [index, state] of states.entries())
    assert.equal(state, index % 2 === 0 ? 'cannot export' : 'exporting', lines.join('\n'));
}

function assertAccounts(counters: ExportCounters, createdCount: number, collector: ChaosCollector): void {
  const { created, accepted, rejected, dropped, unknown, queued } = counters;
  assert.equal(created, createdCount);
  assert.equal(accepted + rejected + dropped + unknown, created);
  assert.equal(queued, 0);
  assert.equal(accepted, collector.answered.size);
  const { answered, refused, silentlyTaken } = collector;
  assert.equal(rejected, refused.size);
  const inDoubt = [...silentlyTaken].filter((id) => !answered.has(id) && !refused.has(id)).length;
  assert.ok(inDoubt <= unknown, `the collector has ${inDoubt} of ${unknown} that got no answer`);
}

/** What the processor has spent on the two processes so far; 0 where the system does not say. */
function spentMicros(pid: number): { program: number; driver: number } {
  const { user, system } = process.cpuUsage();
  return { program: programMicros(pid), driver: user + system };
}

const microsPerTick = 10_000;

function programMicros(pid: number): number {
  try {
    // proc_pid_stat(5): utime and stime are the fields 14 and 15; the second, in parentheses, may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * microsPerTick;
  } catch {
    return 0;
  }
}

/** 0 where the system does not say. */
function residentMegabytes(pid: number): number {
  try {
    return Math.round(
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024,
    );
  } catch {
    return 0;
  }
}
