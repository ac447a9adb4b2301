import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The preload under test, as `npm run build` leaves it. */
export const registerPath = join(__dirname, '../../register.js');

export interface ProgramOptions {
  /** The node binary, or any other command. Default: the one that runs the tests. */
  readonly node?: string | undefined;
  readonly cwd?: string | undefined;
  /** Added to this process's environment, from which OTEL_* and NODE_OPTIONS are removed. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** `true`: under our preload; a path: under that file; default: without. Goes into NODE_OPTIONS as `--require`. */
  readonly preload?: boolean | string | undefined;
  /** Written to stdin, which is then closed. */
  readonly stdin?: string | undefined;
  /** Leaves stdin open: whoever started the program ends it. */
  readonly isStdinOpen?: boolean | undefined;
  /** After this the program and its children are killed and `timedOut` is set. Default 60 s. */
  readonly timeoutMillis?: number | undefined;
}

export interface ProgramRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly durationMillis: number;
  readonly timedOut: boolean;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  /** Resolves when the program has ended and its output is read; never rejects once it has started. */
  readonly ended: Promise<ProgramRun>;
  /** Waits until stdout matches. @throws when the program ends without it. */
  waitForStdout(pattern: RegExp): Promise<RegExpMatchArray>;
}

/** Runs a program to its end. @param args arguments of node, the program's file first. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramRun> {
  return startProgram(args, options).ended;
}

/** Starts a program, for tests that send signals or requests while it runs. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): RunningProgram {
  const startedAt = performance.now();
  // A process group of its own, so that a timeout reaches the program's children too.
  const child = spawn(options.node ?? process.execPath, args, {
    cwd: options.cwd,
    env: programEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  alive.add(child);
  let stdout = '';
  let stderr = '';
  let timedOut = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {}); // EPIPE: the program did not read to the end
  if (!options.isStdinOpen) child.stdin.end(options.stdin ?? '');
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child);
  }, options.timeoutMillis ?? 60_000);

  const ended = once(child, 'close')
    .then(([exitCode, signal]) => ({
      stdout,
      stderr,
      exitCode: exitCode as number | null,
      signal: signal as NodeJS.Signals | null,
      durationMillis: performance.now() - startedAt,
      timedOut,
    }))
    .finally(() => {
      clearTimeout(timer);
      alive.delete(child);
    });

  async function waitForStdout(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = stdout.match(pattern);
      if (match) return match;
      const done = await Promise.race([
        once(child.stdout!, 'data').then(() => false),
        ended.then(() => true),
      ]);
      if (done && !pattern.test(stdout)) {
        throw new Error(
          `the program ended without ${pattern} on stdout\nstdout: ${stdout}\nstderr: ${stderr}`,
        );
      }
    }
  }

  return { child, ended, waitForStdout };
}

function programEnvironment({ env, preload }: ProgramOptions): NodeJS.ProcessEnv {
  const result: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(OTEL_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|NODE_V8_COVERAGE$|TSX_|npm_)/.test(name))
      result[name] = value;
  }
  if (preload) {
    // NODE_OPTIONS splits at spaces unless quoted; inside quotes a backslash escapes (node:cli, NODE_OPTIONS).
    const path = preload === true ? registerPath : preload;
    result.NODE_OPTIONS = `--require ${JSON.stringify(path)}`;
  }
  return { ...result, ...env };
}

/** Replaces what differs from run to run: pids, times, durations, ids and loopback ports. */
export function maskOutput(text: string): string {
  return text
    .replace(/\(node:\d+\)/g, '(node:<pid>)')
    .replace(/"(pid|timestamp|time)":\s*("[^"]*"|\d+)/g, '"$1":<$1>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?/g, '<time>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>')
    .replace(/\b([0-9a-f]{32}|[0-9a-f]{16})\b/g, '<id>')
    .replace(/\b(127\.0\.0\.1|localhost|::1\]?):\d+/g, '$1:<port>')
    .replace(/\b\d+(\.\d+)?\s?(ms|s)\b/g, '<duration>');
}

/** Programs still running; a test process that dies takes them along. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) killGroup(child);
});

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // already gone
  }
}
