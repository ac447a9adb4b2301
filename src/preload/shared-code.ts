import type { Script } from 'node:vm';
import { log, messageOf } from '../diag/log';
import { subscribe } from '../hook/subscribe';

/** A file of ours as this thread compiled it. */
export interface CompiledFile {
  readonly script: Script;
  readonly text: string;
}

/** The same for other threads: its text, and what V8 made of it. */
interface SharedFile {
  readonly text: SharedArrayBuffer;
  readonly code: SharedArrayBuffer;
}

/** As they are now: programs delete globals. */
const [Bytes, Memory] = [Buffer, SharedArrayBuffer];

/** Of the environment data that workers get from the thread that starts them; each copy of us has its own. */
const key = `otel-instrument ${__dirname}`;

/**
 * Shares what the main thread has compiled with the workers that come: of what we cost a worker, nine parts in ten are V8's parsing and compiling, and
 * a worker that gets the code of all files takes 40 % less. Each worker that starts has the next file prepared for those after it, which takes
 * 1 to 2 ms: a program with one worker pays for one file, and no more is done at a time.
 *
 * @param compiled - the files by their name, also those that follow; each is taken out when it is shared.
 */
export function shareWithWorkers(compiled: Map<string, CompiledFile>): void {
  const shared: Record<string, SharedFile> = {};
  subscribe('worker_threads', () => {
    try {
      for (const [id, file] of compiled) return share(id, file);
    } catch (error) {
      log.warnOnce(`worker threads compile by themselves: ${messageOf(error)}`);
    }
  });

  function share(id: string, { script, text }: CompiledFile): void {
    compiled.delete(id);
    const { setEnvironmentData } = require('node:worker_threads') as typeof import('node:worker_threads');
    shared[id] = { text: inSharedMemory(Bytes.from(text)), code: inSharedMemory(script.createCachedData()) };
    setEnvironmentData(key, shared as never);
  }

  function inSharedMemory(bytes: Buffer): SharedArrayBuffer {
    const memory = new Memory(bytes.length);
    Bytes.from(memory).set(bytes);
    return memory;
  }
}

/** What a worker got. V8 itself refuses code that does not fit its version and flags, and compiles the text. */
export function compiledByMainThread(): Readonly<Record<string, SharedFile>> {
  const { getEnvironmentData } = require('node:worker_threads') as typeof import('node:worker_threads');
  return (getEnvironmentData(key) as unknown as Record<string, SharedFile> | undefined) ?? {};
}
