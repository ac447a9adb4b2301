import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Working directory; removed when the server has stopped. Make it with {@link temporaryDirectory}. */
  readonly directory: string;
  /** Other than the current user; needs root. */
  readonly uid?: number;
  /** What the server writes, to either stream, once it takes connections. */
  readonly ready: RegExp;
  /** Default 30,000. */
  readonly readyTimeoutMillis?: number;
  /** Asks for a quick and orderly end; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface ServerProcess {
  /** The match of `ready`. */
  readonly match: RegExpMatchArray;
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until it says that it is ready. It lives no longer than this process, however that ends.
 *
 * @throws Error with the end of the server's output when it exits before it is ready or takes too long
 */
export async function startProcess(options: ServerCommand): Promise<ServerProcess> {
  const { directory, stopSignal = 'SIGTERM' } = options;
  const server = spawn(options.command, options.args, {
    cwd: directory,
    env: minimalEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own: Ctrl-C in a terminal reaches it through the watchdog only
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const exited = new Promise<void>((resolve) => {
    server.once('exit', () => resolve()).once('error', () => resolve());
  });
  const watchdog = watchOver(server, stopSignal, directory);

  async function stop(): Promise<void> {
    server.ref();
    signalGroup(server, stopSignal);
    const tooLong = setTimeout(signalGroup, 10_000, server, 'SIGKILL');
    await exited;
    clearTimeout(tooLong);
    if (watchdog?.kill('SIGKILL')) {
      watchdog.ref();
      await once(watchdog, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  }

  try {
    const match = await untilReady(server, options);
    // A test that forgets to stop its server still ends, and the watchdog does the rest.
    server.unref();
    for (const stream of [server.stdout, server.stderr]) (stream as Socket).unref();
    return { match, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function untilReady(server: ChildProcess, options: ServerCommand): Promise<RegExpMatchArray> {
  const { command, ready, readyTimeoutMillis = 30_000 } = options;
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (what: string) => reject(new Error(`${command} ${what}\n${output.slice(-4000)}`));
    const timer = setTimeout(fail, readyTimeoutMillis, `was not ready within ${readyTimeoutMillis} ms`);
    const read = (chunk: Buffer) => {
      output += chunk;
      const match = output.match(ready);
      if (!match) return;
      clearTimeout(timer);
      // From here on the output is only drained: a full pipe would block the server.
      for (const stream of [server.stdout!, server.stderr!]) stream.off('data', read).resume();
      resolve(match);
    };
    server.stdout!.on('data', read);
    server.stderr!.on('data', read);
    server.once('error', (error) => fail(`could not be started: ${error.message}`));
    server.once('exit', (code, signal) => fail(`exited with ${code ?? signal} before it was ready`));
    server.once('close', () => clearTimeout(timer));
  });
}

/**
 * A shell whose stdin ends when this process does, even by SIGKILL; it then stops the server and removes its files.
 */
function watchOver(
  server: ChildProcess,
  stopSignal: NodeJS.Signals,
  directory: string,
): ChildProcess | undefined {
  if (server.pid === undefined) return undefined;
  const script = `read -r _
    kill -s ${stopSignal.slice(3)} -- -$0
    for _ in 1 2 3 4 5 6 7 8 9 10; do kill -s 0 -- -$0 || break; sleep 0.2; done
    kill -s KILL -- -$0
    rm -rf "$1"`;
  const watchdog = spawn('/bin/sh', ['-c', script, String(server.pid), directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  return watchdog;
}

function signalGroup(server: ChildProcess, signal: NodeJS.Signals): void {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  try {
    process.kill(-server.pid, signal);
  } catch {
    // It ended just now, before we heard of it.
  }
}

/** Nothing of the test's own settings, such as NODE_OPTIONS, reaches a server. */
function minimalEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'JAVA_HOME', 'LD_LIBRARY_PATH'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** A fresh directory below the system's one for temporary files. */
export function temporaryDirectory(name: string): string {
  return mkdtempSync(join(tmpdir(), `otel-instrument-${name}-`));
}

/**
 * A TCP port of 127.0.0.1 that nobody listens on. Taken from below the range that systems use for outgoing connections,
 * so that none of those grabs it before the server does.
 */
export async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  const probe = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
