import assert from 'node:assert/strict';
import { maskOutput, type ProgramOptions, type ProgramRun, runProgram } from './run-program';

/** The same program without us and with us. */
export interface TwoRuns {
  readonly plain: ProgramRun;
  readonly traced: ProgramRun;
}

/** Runs a program without us and then with us; `traced` holds what is given to the second run alone. */
export async function withAndWithout(
  args: readonly string[],
  options: ProgramOptions,
  traced: ProgramOptions,
): Promise<TwoRuns> {
  const plainRun = await runProgram(args, options);
  const tracedRun = await runProgram(args, {
    preload: true,
    ...options,
    ...traced,
    env: { ...options.env, ...traced.env },
  });
  return { plain: plainRun, traced: tracedRun };
}

/** Fails unless exit code, signal, stdout and stderr are the same; `ourLines` lines of ours may stand on stderr. */
export function assertSameRun({ plain, traced }: TwoRuns, ourLines = 0): void {
  const isOurs = (line: string) => line.startsWith('otel-instrument: ');
  const lines = traced.stderr.split('\n');
  const theirs = lines.filter((line) => !isOurs(line)).join('\n');
  assert.deepEqual(
    { ...visible(traced), stderr: maskOutput(theirs.replace(trampoline, '')), timedOut: traced.timedOut },
    { ...visible(plain), stderr: maskOutput(plain.stderr.replace(trampoline, '')), timedOut: false },
  );
  const ours = lines.filter(isOurs);
  assert.ok(ours.length <= ourLines, `too many lines of ours:\n${ours.join('\n')}`);
}

/** Frames of Node that stand at the bottom of stacks when an AsyncLocalStorage is in use or a tick was queued, whoever did it. */
const trampoline = /^ +at process\.(callbackTrampoline|processTicksAndRejections) .*\n/gm;

function visible({ exitCode, signal, stdout }: ProgramRun) {
  return { exitCode, signal, stdout: maskOutput(stdout) };
}
